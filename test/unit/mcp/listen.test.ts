import { afterEach, describe, expect, it } from "vitest";
import { toGrantId } from "../../../src/core/ids.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import type { Principal } from "../../../src/core/principal.ts";
import { ok } from "../../../src/core/result.ts";
import { createMcpHttp } from "../../../src/transport/mcp-http.ts";
import { readFrames } from "../../support/event-stream.ts";
import {
  BERLIN,
  createHarness,
  type Harness,
  listen,
  LYON,
  toPinned,
  toPrincipal,
} from "./fixtures.ts";

const TAGS = `ghl://locations/${BERLIN}/tags`;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface Running extends Harness {
  /** Opens a stream of notifications; gives the frames as they come. */
  open(who: string, notifications: Record<string, unknown>): Promise<Stream>;
  readonly close: () => Promise<void>;
}

interface Stream {
  readonly status: number;
  next(): Promise<Record<string, unknown> | undefined>;
  leave(): void;
}

const start = async (people: Readonly<Record<string, Principal>>): Promise<Running> => {
  const harness = createHarness({
    "locations.create-tag": ok({ tag: { id: "t1", name: "vip" } }),
    "locations.get-location": ok({ location: { id: BERLIN, name: "Berlin Dental" } }),
  });
  const mcp = createMcpHttp({
    surface: harness.surface,
    authorization: { challenge: () => "Bearer" },
    cookieKeys: { random: () => "session", mac: (_purpose, value) => value },
    log: silentLogger,
  });
  const http = await listen((req, res) => {
    const principal = people[String(req.headers["x-who"])];
    if (principal === undefined) throw new Error("nobody");
    return mcp.handle(req, res, principal);
  });
  const close = async (): Promise<void> => {
    await mcp.close();
    await http.close();
  };
  closing.push(close);
  return {
    ...harness,
    close,
    open: (who, notifications) => openStream(http.url, who, notifications),
  };
};

const openStream = async (
  url: string,
  who: string,
  notifications: Record<string, unknown>,
): Promise<Stream> => {
  const leaving = new AbortController();
  const response = await fetch(url, {
    method: "POST",
    signal: leaving.signal,
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "subscriptions/listen",
      "x-who": who,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "subscriptions/listen",
      params: {
        notifications,
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    }),
  });
  const frames = readFrames(response);
  return {
    status: response.status,
    next: async () => (await frames.next()).value ?? undefined,
    leave: () => leaving.abort(),
  };
};

const createTag = (harness: Harness, principal: Principal) =>
  harness.call(principal, "write_operation", {
    operation: "locations.create-tag",
    body: { name: "vip" },
  });

describe("listening for changes", () => {
  it("acknowledges first, then tells of a tag that was made through this server", async () => {
    const running = await start({ berlin: toPinned(BERLIN) });
    const stream = await running.open("berlin", { resourceSubscriptions: [TAGS] });
    expect(await stream.next()).toMatchObject({
      method: "notifications/subscriptions/acknowledged",
    });
    expect(await createTag(running, toPinned(BERLIN))).toMatchObject({ isError: false });
    expect(await stream.next()).toMatchObject({
      method: "notifications/resources/updated",
      params: { uri: TAGS },
    });
    stream.leave();
  });

  it("tells a grant of another location nothing, even if it names the address", async () => {
    const running = await start({ lyon: toPinned(LYON), all: toPrincipal() });
    const [lyon, all] = await Promise.all([
      running.open("lyon", { resourceSubscriptions: [TAGS] }),
      running.open("all", { resourceSubscriptions: [TAGS] }),
    ]);
    await Promise.all([lyon.next(), all.next()]);
    await createTag(running, toPinned(BERLIN));
    expect(await all.next()).toMatchObject({ method: "notifications/resources/updated" });
    // Closing ends the streams in order: whatever had been told to Lyon would come before the end.
    await running.close();
    expect(await lyon.next()).toMatchObject({ id: 1, result: { resultType: "complete" } });
  });

  it("gives a grant a few streams, and room again when one has closed", async () => {
    const other = { ...toPinned(LYON), grantId: toGrantId("grant-2") };
    const running = await start({ berlin: toPinned(BERLIN), lyon: other });
    const open = () => running.open("berlin", { resourcesListChanged: true });
    const streams = await Promise.all(Array.from({ length: 8 }, open));
    expect(streams.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect((await open()).status).toBe(429);
    expect((await running.open("lyon", { resourcesListChanged: true })).status).toBe(200);
    streams[0]?.leave();
    await expect.poll(async () => (await open()).status).toBe(200);
  });
});
