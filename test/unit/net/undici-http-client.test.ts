import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HttpClient, HttpRequest } from "../../../src/core/http-client.ts";
import { createHttpClient } from "../../../src/net/undici-http-client.ts";

let client: HttpClient;
const servers: Server[] = [];

beforeEach(() => {
  client = createHttpClient();
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    if ("closeAllConnections" in server && typeof server.closeAllConnections === "function") {
      server.closeAllConnections();
    }
    server.close();
  }
  await client.close();
});

const listen = async (server: Server): Promise<string> => {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const serve = (listener: RequestListener): Promise<string> => listen(createServer(listener));

const get = (url: string, options: Partial<HttpRequest> = {}): ReturnType<HttpClient["send"]> =>
  client.send({ method: "GET", url, timeoutMs: 5_000, maxBytes: 100_000, ...options });

describe("an exchange", () => {
  it("sends method, path, query, headers and body, and gives the answer back", async () => {
    const url = await serve(async (req, res) => {
      const seen = {
        line: `${req.method} ${req.url}`,
        type: req.headers["content-type"],
        version: req.headers["version"],
        body: await text(req),
      };
      res.writeHead(201, { "Content-Type": "application/json", "X-Trace": "abc" });
      res.end(JSON.stringify(seen));
    });

    const result = await get(`${url}/contacts/?a=1&b=%20`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Version: "2021-07-28" },
      body: '{"name":"Zoë"}',
    });

    if (!result.ok) throw new Error(result.failure.kind);
    expect(result.value.status).toBe(201);
    expect(result.value.headers["x-trace"]).toBe("abc");
    expect(JSON.parse(result.value.body)).toEqual({
      line: "POST /contacts/?a=1&b=%20",
      type: "application/json",
      version: "2021-07-28",
      body: '{"name":"Zoë"}',
    });
  });

  it("names the program and its version unless the caller names itself", async () => {
    const url = await serve((req, res) => res.end(req.headers["user-agent"]));

    const byDefault = await get(url);
    const named = await get(url, { headers: { "User-Agent": "other/1" } });

    expect(byDefault).toMatchObject({
      value: { body: expect.stringMatching(/^ghl-mcp\/\d+\.\d+\.\d+/) },
    });
    expect(named).toMatchObject({ value: { body: "other/1" } });
  });

  it("joins a header that came several times", async () => {
    const url = await serve((_req, res) => {
      res.setHeader("X-Many", ["one", "two"]);
      res.end();
    });

    expect(await get(url)).toMatchObject({ value: { headers: { "x-many": "one, two" } } });
  });

  it.each([204, 304, 404, 429, 500])(
    "gives an answer of status %i back as a value",
    async (status) => {
      const url = await serve((_req, res) => res.writeHead(status).end());

      expect(await get(url)).toMatchObject({ ok: true, value: { status, body: "" } });
    },
  );

  it("keeps connections for the next requests", async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((req, res) => {
      ports.add(req.socket.remotePort);
      res.end("x");
    });

    for (let count = 0; count < 10; count += 1) await get(url);

    // a request sent in the very moment in which the last answer ends may open a second one
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it("does not follow a redirect", async () => {
    const paths: (string | undefined)[] = [];
    const url = await serve((req, res) => {
      paths.push(req.url);
      res.writeHead(302, { location: "/elsewhere" }).end();
    });

    const result = await get(`${url}/here`);

    expect(result).toMatchObject({
      ok: true,
      value: { status: 302, headers: { location: "/elsewhere" } },
    });
    expect(paths).toEqual(["/here"]);
  });

  it("sends a form with fields and a file", async () => {
    const url = await serve(async (req, res) => {
      res.end(`${req.headers["content-type"]}\n${await text(req)}`);
    });
    const form = new FormData();
    form.append("name", "value");
    form.append("file", new File(["content"], "a.txt", { type: "text/plain" }));

    const result = await get(url, { method: "POST", body: form });

    if (!result.ok) throw new Error(result.failure.kind);
    expect(result.value.body).toMatch(/^multipart\/form-data; boundary=/);
    expect(result.value.body).toContain('name="name"\r\n\r\nvalue');
    expect(result.value.body).toContain(
      'name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\ncontent',
    );
  });

  it("throws for a request that is wrong in itself", async () => {
    const url = await serve((_req, res) => res.end());

    await expect(get(url, { headers: { version: "a\r\nx: y" } })).rejects.toThrow(/header/);
    await expect(get("not a url")).rejects.toThrow(TypeError);
  });
});

describe("the time limit", () => {
  it("ends a request that gets no answer", async () => {
    const url = await serve(() => {});

    expect(await get(url, { timeoutMs: 50 })).toEqual({
      ok: false,
      failure: { kind: "timeout", timeoutMs: 50 },
    });
  });

  it("holds beside a caller's signal", { timeout: 3_000 }, async () => {
    const url = await serve(() => {});

    expect(await get(url, { timeoutMs: 50, signal: new AbortController().signal })).toMatchObject({
      failure: { kind: "timeout" },
    });
  });

  it("counts to the last byte of the body, however often bytes arrive", async () => {
    const url = await serve((_req, res) => {
      const timer = setInterval(() => res.write("x"), 10);
      res.on("close", () => clearInterval(timer));
    });

    expect(await get(url, { timeoutMs: 200 })).toMatchObject({ failure: { kind: "timeout" } });
  });
});

describe("the caller's signal", () => {
  it("ends a request in flight and closes its connection", async () => {
    const caller = new AbortController();
    let closed: Promise<unknown> = Promise.reject(new Error("no request came"));
    closed.catch(() => {});
    const url = await serve((req) => {
      closed = once(req.socket, "close");
      caller.abort();
    });

    expect(await get(url, { signal: caller.signal })).toEqual({
      ok: false,
      failure: { kind: "aborted" },
    });
    await closed;
  });

  it("ends a request in the middle of its body", async () => {
    const caller = new AbortController();
    const url = await serve((_req, res) => {
      res.write("part", () => caller.abort());
    });

    expect(await get(url, { signal: caller.signal })).toMatchObject({
      failure: { kind: "aborted" },
    });
  });

  it("sends nothing when it was aborted before", async () => {
    let requests = 0;
    const url = await serve((_req, res) => {
      requests += 1;
      res.end();
    });

    const result = await get(url, { signal: AbortSignal.abort() });

    expect(result).toMatchObject({ failure: { kind: "aborted" } });
    expect(requests).toBe(0);
  });
});

describe("the byte limit", () => {
  it("takes a body of exactly the limit and refuses one byte more", async () => {
    const url = await serve((req, res) => res.end("x".repeat(Number(req.url?.slice(1)))));

    expect(await get(`${url}/100`, { maxBytes: 100 })).toMatchObject({ ok: true });
    expect(await get(`${url}/101`, { maxBytes: 100 })).toEqual({
      ok: false,
      failure: { kind: "too_large", maxBytes: 100 },
    });
  });

  it("cuts an endless body off, on the server's side too", async () => {
    let closed: Promise<unknown> | undefined;
    const url = await serve((_req, res) => {
      closed = once(res, "close");
      const fill = (): void => {
        while (res.write("x".repeat(10_000)));
      };
      res.on("drain", fill);
      fill();
    });

    expect(await get(url, { maxBytes: 50_000 })).toMatchObject({ failure: { kind: "too_large" } });
    await closed;
  });

  it("counts a compressed body as it comes out", async () => {
    const packed = gzipSync("x".repeat(1_000_000));
    const url = await serve((_req, res) => {
      res.writeHead(200, { "content-encoding": "gzip" }).end(packed);
    });

    expect(packed.byteLength).toBeLessThan(2_000);
    expect(await get(url, { maxBytes: 999_999 })).toMatchObject({ failure: { kind: "too_large" } });
    expect(await get(url, { maxBytes: 1_000_000 })).toMatchObject({ ok: true });
  });
});

describe("compression", () => {
  it("asks for gzip and decodes it", async () => {
    const url = await serve((req, res) => {
      expect(req.headers["accept-encoding"]).toBe("gzip");
      res.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("Grüße"));
    });

    expect(await get(url)).toMatchObject({ value: { body: "Grüße" } });
  });

  it("takes an empty body that is said to be compressed", async () => {
    const url = await serve((_req, res) => {
      res.writeHead(204, { "content-encoding": "gzip" }).end();
    });

    expect(await get(url)).toMatchObject({ ok: true, value: { status: 204, body: "" } });
  });

  it("fails on a compressed body that ends early or is of another kind", async () => {
    const packed = gzipSync("Grüße".repeat(100));
    const url = await serve((req, res) => {
      const encoding = req.url === "/br" ? "br" : "gzip";
      res.writeHead(200, { "content-encoding": encoding }).end(packed.subarray(0, 20));
    });

    expect(await get(`${url}/gzip`)).toMatchObject({ failure: { kind: "unreachable" } });
    expect(await get(`${url}/br`)).toMatchObject({ failure: { kind: "unreachable" } });
  });
});

describe("a failing network", () => {
  it("says that nobody listens, with the cause", async () => {
    const url = await serve(() => {});
    const server = servers.pop();
    server?.close();

    expect(await get(url)).toMatchObject({
      ok: false,
      failure: { kind: "unreachable", cause: { code: "ECONNREFUSED" } },
    });
  });

  it("gives no half answer when the connection is cut in the body", async () => {
    const url = await serve((_req, res) => {
      res.writeHead(200, { "content-length": "100" });
      res.write("half", () => res.destroy());
    });

    expect(await get(url)).toMatchObject({ ok: false, failure: { kind: "unreachable" } });
  });

  it("fails when the connection is cut before an answer or the answer is no HTTP", async () => {
    const cut = await listen(createTcpServer((socket) => socket.destroy()));
    const odd = await listen(createTcpServer((socket) => socket.end("hello\r\n\r\n")));

    expect(await get(cut)).toMatchObject({ ok: false, failure: { kind: "unreachable" } });
    expect(await get(odd)).toMatchObject({ ok: false, failure: { kind: "unreachable" } });
  });

  it("works on after a failure", async () => {
    const url = await serve((req, res) => {
      if (req.url === "/cut") res.destroy();
      else res.end("fine");
    });

    expect(await get(`${url}/cut`)).toMatchObject({ ok: false });
    expect(await get(url)).toMatchObject({ value: { body: "fine" } });
  });
});

describe("closing", () => {
  it("is fine for a client that was never used", async () => {
    await expect(createHttpClient().close()).resolves.toBeUndefined();
  });

  it("ends idle connections", { timeout: 3_000 }, async () => {
    let closed: Promise<unknown> | undefined;
    const server = createServer((req, res) => {
      closed = once(req.socket, "close");
      res.end();
    });
    // so that it is not the server that ends them
    server.keepAliveTimeout = 0;
    const url = await listen(server);
    const own = createHttpClient();

    await own.send({ method: "GET", url, timeoutMs: 5_000, maxBytes: 10 });
    await own.close();

    await closed;
  });
});
