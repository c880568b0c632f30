import { createServer } from "node:http";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { FileSource } from "../../src/core/file-source.ts";
import { systemClock } from "../../src/core/clock.ts";
import { toConnectionId, toLocationId, toOperationId } from "../../src/core/ids.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { ok } from "../../src/core/result.ts";
import { toSecret } from "../../src/core/secret.ts";
import type { GhlCall } from "../../src/ghl/call.ts";
import { createGhlClient } from "../../src/ghl/client.ts";
import { createGuardedFileFetch } from "../../src/net/guarded-file.ts";
import { createSpoolRoom } from "../../src/net/spool.ts";
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
const token = ok({ token: toSecret("t"), kind: "oauth" as const });
const parts = {
  tokens: { getToken: () => Promise.resolve(token), replaceToken: () => Promise.resolve(token) },
  http,
  clock: systemClock,
  log: silentLogger,
};
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
  client = createGhlClient({
    ...parts,
    apiBaseUrl: `http://127.0.0.1:${port}`,
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

describe("a large file", () => {
  const MEGABYTE = 1024 * 1024;
  const piece = Buffer.from(Array.from({ length: MEGABYTE }, (_, index) => (index * 7) % 251));

  /** Gives out so many megabytes, one at a time, as fast as they are taken; tells of each. */
  const serve = (path: string, megabytes: number, tell: (count: number) => void): void => {
    const pieces = function* (): Generator<Buffer> {
      for (let count = 1; count <= megabytes; count += 1) {
        tell(count);
        yield piece;
      }
    };
    host.serve("files.example", path, (_request, response) => {
      response.writeHead(200, { "content-type": "video/mp4" });
      Readable.from(pieces(), { highWaterMark: 1 }).pipe(response);
    });
  };

  /** Holds nothing of what arrives: tells of each megabyte, and keeps the sizes of whole requests. */
  const startSink = async (tell: (count: number) => void, status: (count: number) => number) => {
    const sizes: number[] = [];
    const server = createServer((request, response) => {
      let size = 0;
      request.on("data", (chunk: Buffer) => {
        const before = Math.floor(size / MEGABYTE);
        size += chunk.length;
        if (Math.floor(size / MEGABYTE) > before) tell(Math.floor(size / MEGABYTE));
      });
      request.on("end", () => {
        sizes.push(size);
        response.writeHead(status(sizes.length), { "content-type": "application/json" });
        response.end("{}");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return { sizes, server, apiBaseUrl: `http://127.0.0.1:${port}` };
  };

  const settings = (folder: string, maxDiskBytes?: number) => {
    const room = createSpoolRoom({ folder, ...(maxDiskBytes !== undefined && { maxDiskBytes }) });
    return createGuardedFileFetch({ ...host.settings, room });
  };

  const upload = (
    apiBaseUrl: string,
    files: FileSource,
    path: string,
    rest: Partial<GhlCall> = {},
  ) =>
    createGhlClient({ ...parts, apiBaseUrl, files }).call({
      connectionId: toConnectionId("conn-1"),
      locationId: toLocationId("loc-1"),
      operation: toOperationId("medias.upload-media-content"),
      body: { file: { url: `https://files.example${path}` } },
      ...rest,
    });

  it("of 60 MB goes through the disk, twice where it has to, and is never in memory as a whole", async () => {
    // What is garbage already says nothing of what is held.
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const held = (): number => {
      collect();
      return process.memoryUsage().arrayBuffers;
    };
    const before = held();
    const samples: number[] = [];
    const watch = (count: number): void => {
      if (count % 14 !== 0) return;
      samples.push(held() - before);
    };
    serve("/film.mp4", 60, watch);
    const folder = mkdtempSync(join(tmpdir(), "ghl-upload-test-"));
    const sink = await startSink(watch, (count) => (count === 1 ? 429 : 200));
    const answer = await upload(sink.apiBaseUrl, settings(folder), "/film.mp4");
    expect(answer).toMatchObject({ ok: true });
    expect(sink.sizes).toHaveLength(2);
    for (const size of sink.sizes) {
      expect(size).toBeGreaterThan(60 * MEGABYTE);
      expect(size).toBeLessThan(61 * MEGABYTE);
    }
    // Four while it comes, four for each time that it goes. One may see what is not swept yet; a file
    // that is held grows to 56 MB in the first four, and is there as a whole in the others.
    expect(samples).toHaveLength(12);
    expect(samples.toSorted((left, right) => left - right)[6]).toBeLessThan(15 * MEGABYTE);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
    sink.server.close();
  });

  it("is refused by its type, by what it says of its length, and where there is no room for it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ghl-upload-test-"));
    const sink = await startSink(
      () => undefined,
      () => 200,
    );
    serve("/again.mp4", 3, () => undefined);
    host.serve("files.example", "/long.zip", (_request, response) => {
      response.writeHead(200, { "content-type": "application/zip", "content-length": 2 ** 40 });
      response.write("x");
    });
    const refusal = async (files: FileSource, path: string, file: object = {}) => {
      const url = `https://files.example${path}`;
      return upload(sink.apiBaseUrl, files, path, { body: { file: { url, ...file } } });
    };
    const problem = (text: string) => ({ ok: false, failure: { problem: text } });
    const tooLarge = "is larger than the 25 MB that an upload may have in all";
    const noRoom = "cannot be kept here while it is sent; try again later, or with a smaller file";
    expect(await refusal(settings(folder), "/long.zip")).toMatchObject(problem(tooLarge));
    expect(await refusal(settings(folder, 2 * MEGABYTE), "/again.mp4")).toMatchObject(
      problem(noRoom),
    );
    expect(await refusal(settings(join(folder, "none")), "/again.mp4")).toMatchObject(
      problem(noRoom),
    );
    const given = new File([Buffer.alloc(26 * MEGABYTE)], "a.zip", { type: "application/zip" });
    const blob = { body: { file: given } };
    expect(await upload(sink.apiBaseUrl, settings(folder), "", blob)).toMatchObject(
      problem(tooLarge),
    );
    expect(sink.sizes).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    const room = settings(folder, 4 * MEGABYTE);
    for (let turn = 0; turn < 3; turn += 1) {
      // The room of a file that was sent is free again.
      expect(await upload(sink.apiBaseUrl, room, "/again.mp4")).toMatchObject({ ok: true });
    }
    rmSync(folder, { recursive: true });
    sink.server.close();
  });
});
