const { pictureOf } = require("./cases-of-commonjs.js");
const cases = require("./cases.json");

for (const { title, name, options, not, ...picture } of cases) {
  test(title, async () => {
    const expectation = expect(pictureOf(picture));
    await (not ? expectation.not : expectation).toMatchPicture(name, options);
  });
}
