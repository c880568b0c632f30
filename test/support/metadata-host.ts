import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { generate } from "selfsigned";
import type { GuardedFetchSettings } from "../../src/net/guarded-fetch.ts";

/** A TLS server on loopback that stands for hosts on the public internet. */
export interface MetadataHost {
  readonly port: number;
  /** TCP connections accepted since the start. */
  connections(): number;
  /** Requests answered since the start, as `host path`. */
  requests(): readonly string[];
  /** Answers requests for this host and path; the last call for a path wins. */
  serve(
    host: string,
    path: string,
    handler: (req: IncomingMessage, res: ServerResponse) => void,
  ): void;
  serveJson(host: string, path: string, document: unknown, headers?: Record<string, string>): void;
  /** What a host name resolves to; unknown names fail as DNS does. A list of lists is used up in turn. */
  resolveTo(host: string, ...answers: (readonly string[])[]): void;
  /** Settings for a guarded fetch that reaches this host, and only it, by public addresses. */
  readonly settings: GuardedFetchSettings;
  /** Name look-ups since the start. */
  lookups(): readonly string[];
  close(): Promise<void>;
}

/** A public address for tests that want one. */
export const PUBLIC_ADDRESS = "93.184.216.34";

/** Starts a metadata host whose certificate is good for the given names. */
export async function startMetadataHost(names: readonly string[]): Promise<MetadataHost> {
  const pem = await generate([{ name: "commonName", value: names[0] ?? "test.example" }], {
    keySize: 2048,
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: names.map((value) => ({ type: 2, value })) },
    ],
  });
  const handlers = new Map<string, (req: IncomingMessage, res: ServerResponse) => void>();
  const answers = new Map<string, (readonly string[])[]>(
    names.map((name) => [name, [[PUBLIC_ADDRESS]]]),
  );
  const requests: string[] = [];
  const lookups: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer({ key: pem.private, cert: pem.cert }, (req, res) => {
    const key = `${req.headers.host?.split(":")[0] ?? ""} ${req.url ?? ""}`;
    requests.push(key);
    const handler = handlers.get(key);
    if (handler === undefined) {
      res.writeHead(404).end();
      return;
    }
    handler(req, res);
  });
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const host: MetadataHost = {
    port,
    connections: () => connections,
    requests: () => requests,
    lookups: () => lookups,
    serve: (name, path, handler) => void handlers.set(`${name} ${path}`, handler),
    serveJson: (name, path, document, headers = {}) =>
      host.serve(name, path, (_req, res) => {
        res.writeHead(200, { "content-type": "application/json", ...headers });
        res.end(JSON.stringify(document));
      }),
    resolveTo: (name, ...lists) => void answers.set(name, [...lists]),
    settings: {
      ca: pem.cert,
      resolve: async (name) => {
        lookups.push(name);
        const lists = answers.get(name);
        if (lists === undefined || lists.length === 0) {
          throw new Error(`getaddrinfo ENOTFOUND ${name}`);
        }
        return (lists.length > 1 ? lists.shift() : lists[0]) ?? [];
      },
      // Whatever address was checked, the packet goes to this server: the check is what is under test.
      dial: () => ({ host: "127.0.0.1", port }),
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) {
          socket.destroy();
        }
        server.close(() => resolve());
      }),
  };
  return host;
}
