/** Uses the binding from Node, and prints two pictures in Base64: one as the Workers make it, and one with another drawn on it. */
const { readFile } = require("node:fs/promises");

module.exports = async function print(getPlatformProxy) {
  const bytes = await readFile(process.argv[2]);
  const { env, dispose } = await getPlatformProxy();
  const input = () => env.IMAGES.input(new Blob([bytes]).stream());
  const framed = input().transform({ flip: "h", border: { color: "gold", width: 10 } });
  const drawn = input().draw(input().transform({ rotate: 90 }), { opacity: 0.5 });
  for (const [name, picture] of Object.entries({ picture: framed, drawn })) {
    const result = await picture.output({ format: "image/png" });
    console.log(name, Buffer.from(await result.response().arrayBuffer()).toString("base64"));
  }
  await dispose();
};
