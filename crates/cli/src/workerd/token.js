// Sends requests on to Palmette with a bearer token, which workerd takes out of its environment when it starts.
export default {
  fetch(request, env) {
    const headers = new Headers(request.headers);
    headers.set("authorization", `Bearer ${env.TOKEN}`);
    return env.PALMETTE.fetch(new Request(request, { headers }));
  },
};
