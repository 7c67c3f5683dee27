/** `node proxy.mjs IN` */
import { getPlatformProxy } from "wrangler";
import print from "./print.cjs";

await print(getPlatformProxy);
