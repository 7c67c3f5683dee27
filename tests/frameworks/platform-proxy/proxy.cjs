/** `node proxy.cjs IN` */
const { getPlatformProxy } = require("wrangler");
const print = require("./print.cjs");

print(getPlatformProxy);
