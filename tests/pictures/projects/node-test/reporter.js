/** Writes one line of JSON for each test: its name, and the message of its failure. */
export default async function* reporter(events) {
  for await (const { type, data } of events) {
    if (type === "test:pass" || type === "test:fail") {
      const error = data.details.error;
      yield `${JSON.stringify({ title: data.name, failure: error && String(error.cause?.message ?? error.message) })}\n`;
    }
  }
}
