/**
 * What the matcher of Vitest asks: tests may run in workerd, where there are neither files nor processes, so pictures are checked in the
 * process of Vitest itself, which listens on this machine under a secret path.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Check, checkPicture, type Outcome, type Run } from "../pictures/check.js";
import { folderBeside } from "../pictures/names.js";

/** What a matcher says of a picture, in the query; the bytes are the body. */
export interface Question extends Pick<Check, "name" | "test" | "tolerance" | "update" | "isNot"> {
  testFile: string;
  /** The picture, if it is a file. */
  path?: string | undefined;
}

/** What it is told: the outcome, or why there is none. */
export type Reply = Outcome | { error: string };

/** A service that runs. */
export interface Service {
  url: string;
  /** Forgets which goldens were used: a new run begins. */
  startRun(): void;
  stop(): Promise<void>;
}

/** Starts the service. */
export async function startService(): Promise<Service> {
  const run: Run = new Map();
  const secret = `/${randomUUID()}`;
  const server = createServer((request, response) => {
    answer(run, secret, request, response).catch((error) => response.destroy(error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}${secret}`, startRun: () => run.clear(), stop: () => stop(server) };
}

async function stop(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
}

async function answer(run: Run, secret: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
  const question = searchParams.get("question");
  if (request.method !== "POST" || pathname !== secret || question === null) {
    response.writeHead(404).end();
    return;
  }
  const bytes = await readBody(request);
  const reply = await check(run, JSON.parse(question), bytes);
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
}

async function check(
  run: Run,
  { testFile, path, ...question }: Question,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Reply> {
  try {
    const picture = path === undefined ? { bytes } : { path };
    return await checkPicture(run, { ...question, folder: folderBeside(testFile), command: "`vitest -u`" }, picture);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}
