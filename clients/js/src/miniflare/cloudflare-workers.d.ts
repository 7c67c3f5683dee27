/** What the adapter uses of workerd's module. The package `@cloudflare/workers-types` would bring globals that contradict Node's. */
declare module "cloudflare:workers" {
  export abstract class WorkerEntrypoint<Env> {
    protected env: Env;
  }
  export abstract class RpcTarget {}
}
