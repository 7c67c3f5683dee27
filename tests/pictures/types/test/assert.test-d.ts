import { assertMatchesPicture } from "palmette/test";

const matched: Promise<void> = assertMatchesPicture(new Uint8Array(), "name", {
  tolerance: 2,
  folder: new URL("file:///"),
});
await assertMatchesPicture(fetch("http://localhost/"), "name");
await assertMatchesPicture("card.png", "name");

// @ts-expect-error: a number is no picture
await assertMatchesPicture(1, "name");
// @ts-expect-error: a name is needed
await assertMatchesPicture(new Uint8Array());
// @ts-expect-error: there is no such option
await assertMatchesPicture(new Uint8Array(), "name", { threshold: 2 });

export { matched };
