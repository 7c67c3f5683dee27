export default { fetch: () => new Response("a Worker") };
