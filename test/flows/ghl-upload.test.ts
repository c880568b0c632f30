import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { systemClock } from "../../src/core/clock.ts";
import { toConnectionId, toLocationId, toOperationId } from "../../src/core/ids.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { ok } from "../../src/core/result.ts";
import { toSecret } from "../../src/core/secret.ts";
import type { GhlCall } from "../../src/ghl/call.ts";
import { createGhlClient } from "../../src/ghl/client.ts";
import { createGuardedFileFetch } from "../../src/net/guarded-file.ts";
import { createHttpClient } from "../../src/net/undici-http-client.ts";
import { type MetadataHost, startMetadataHost } from "../support/metadata-host.ts";

interface Received {
  readonly url: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Every byte value, so that any decoding on the way would show. */
const BYTES = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
const HEX = BYTES.toString("hex");

const http = createHttpClient();
const received: Received[] = [];
let host: MetadataHost;
let close: () => Promise<void>;
let call: (operation: string, rest: Partial<GhlCall>) => ReturnType<typeof client.call>;
let client: ReturnType<typeof createGhlClient>;

/** Reads a form with Node's own parser, which shares no code with the client's encoder. */
const readForm = async (type: string, body: Buffer): Promise<Received["fields"]> => {
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": type },
  }).formData();
  const fields: Record<string, unknown> = {};
  for (const [name, value] of form) {
    fields[name] =
      typeof value === "string"
        ? value
        : [value.name, value.type, Buffer.from(await value.arrayBuffer()).toString("hex")];
  }
  return fields;
};

beforeAll(async () => {
  host = await startMetadataHost(["files.example"]);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const type = request.headers["content-type"] ?? "";
      void readForm(type, Buffer.concat(chunks)).then((fields) => {
        received.push({ url: request.url ?? "", fields });
        response.setHeader("content-type", "application/json");
        response.end('{"uploaded":true}');
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const token = ok({ token: toSecret("t"), kind: "oauth" as const });
  client = createGhlClient({
    apiBaseUrl: `http://127.0.0.1:${port}`,
    tokens: { getToken: () => Promise.resolve(token), replaceToken: () => Promise.resolve(token) },
    http,
    clock: systemClock,
    log: silentLogger,
    files: createGuardedFileFetch(host.settings),
  });
  call = (operation, rest) =>
    client.call({
      connectionId: toConnectionId("conn-1"),
      locationId: toLocationId("loc-1"),
      ...rest,
      operation: toOperationId(operation),
    });
  close = async () => {
    await http.close();
    await host.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
});

afterAll(() => close());

const file = { base64: BYTES.toString("base64"), fileName: "a.bin", contentType: "image/png" };
const sent = ["a.bin", "image/png", HEX];

const UPLOADS: Readonly<Record<string, readonly [Partial<GhlCall>, string, object]>> = {
  "medias.upload-media-content": [
    { body: { file, name: "a" } },
    "/medias/upload-file",
    { file: sent, name: "a" },
  ],
  "conversations.upload-file-attachments": [
    { body: { conversationId: "c1", contactId: "c2", fileAttachment: [file] } },
    "/conversations/messages/upload",
    { conversationId: "c1", contactId: "c2", locationId: "loc-1", fileAttachment: sent },
  ],
  "forms.upload-to-custom-fields": [
    { parameters: { contactId: "c2" }, body: { field1_file1: file } },
    "/forms/upload-custom-files?contactId=c2&locationId=loc-1",
    { field1_file1: sent },
  ],
  "locations.upload-file-customFields": [
    { body: { id: "field-1", field1_file1: file } },
    "/locations/loc-1/customFields/upload",
    { id: "field-1", field1_file1: sent },
  ],
  "social-media-posting.upload-csv": [
    { body: { file } },
    "/social-media-posting/loc-1/csv",
    { file: sent },
  ],
};

describe("an upload", () => {
  it.each(Object.keys(UPLOADS))("by %s carries the bytes of base64 unchanged", async (id) => {
    const [rest, url, fields] = UPLOADS[id] ?? [{}, "", {}];
    received.length = 0;
    expect(await call(id, rest)).toMatchObject({ ok: true, value: { body: { uploaded: true } } });
    expect(received).toEqual([{ url, fields }]);
  });

  it("carries the bytes behind a URL, through a redirect, with their type and name", async () => {
    host.serve("files.example", "/start", (_request, response) => {
      response.writeHead(302, { location: "/photo.png" }).end();
    });
    host.serve("files.example", "/photo.png", (_request, response) => {
      response.writeHead(200, { "content-type": "image/png; x=1" }).end(BYTES);
    });
    received.length = 0;
    const url = "https://files.example/start";
    expect(await call("medias.upload-media-content", { body: { file: { url } } })).toMatchObject({
      ok: true,
    });
    expect(received[0]?.fields).toEqual({ file: ["start", "image/png", HEX] });
  });
});

describe("an upload is refused by name, and nothing is sent, when", () => {
  const refused = async (body: object, problem: RegExp): Promise<void> => {
    received.length = 0;
    const before = host.connections();
    const answer = await call("medias.upload-media-content", { body });
    expect(answer).toMatchObject({
      ok: false,
      failure: {
        kind: "invalid_parameter",
        problem: expect.stringMatching(problem) as unknown,
      },
    });
    expect(received).toEqual([]);
    expect(host.connections()).toBe(before);
  };

  it.each([
    "http://files.example/a",
    "https://127.0.0.1/a",
    "https://[::1]/a",
    "https://169.254.169.254/latest",
    "https://u:p@files.example/a",
  ])("its URL is %s", (url) => refused({ file: { url } }, /public internet/u));

  it("it is no base64, is too large, or has a name or type that could break the form", async () => {
    await refused({ file: { base64: "not base64!" } }, /no base64/u);
    await refused({ file: { base64: "" } }, /empty/u);
    await refused({ file: { base64: "A".repeat(36 * 1024 * 1024) } }, /larger than the 25 MB/u);
    await refused({ file: { ...file, fileName: "../a" } }, /fileName/u);
    await refused({ file: { ...file, contentType: "a/b\r\nx: y" } }, /contentType/u);
  });

  it("another argument is wrong, before its URL is asked for", async () => {
    await refused({ file: { url: "https://files.example/photo.png" }, nmae: "x" }, /"name"/u);
  });

  it("a redirect leads to a private address, or the file is longer than allowed", async () => {
    host.serve("files.example", "/inward", (_request, response) => {
      response.writeHead(302, { location: "https://10.0.0.1/secret" }).end();
    });
    host.serve("files.example", "/long", (_request, response) => {
      response.writeHead(200).end(Buffer.alloc(26 * 1024 * 1024));
    });
    received.length = 0;
    const upload = (path: string) =>
      call("medias.upload-media-content", {
        body: { file: { url: `https://files.example${path}` } },
      });
    expect(await upload("/inward")).toMatchObject({
      failure: { problem: "must be at an https URL on the public internet" },
    });
    expect(await upload("/long")).toMatchObject({
      failure: { problem: "is larger than the 25 MB that an upload may have in all" },
    });
    expect(received).toEqual([]);
  });
});
