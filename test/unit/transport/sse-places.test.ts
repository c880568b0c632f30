import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { silentLogger } from "../../../src/core/logger.ts";
import { createSseTransport } from "../../../src/transport/sse.ts";
import { createFakeClock } from "../../support/clock.ts";
import { createHarness, toPinned } from "../mcp/fixtures.ts";

const server = createServer();
afterEach(() => server.close());

it("gives no more places than there are to clients that come at the same moment", async () => {
  const { surface } = createHarness();
  const sse = createSseTransport({ surface, log: silentLogger, clock: createFakeClock() });
  const waiting: (() => void)[] = [];
  server.on("request", (req, res) => {
    waiting.push(() => void sse.open(req, res, toPinned()));
    if (waiting.length === 24) for (const open of waiting) open();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`;
  const leaving = new AbortController();
  const ask = async () => (await fetch(url, { signal: leaving.signal })).status;
  const statuses = await Promise.all(Array.from({ length: 24 }, ask));
  expect(statuses.filter((status) => status === 200)).toHaveLength(16);
  expect(statuses.filter((status) => status === 503)).toHaveLength(8);
  await sse.close();
  leaving.abort();
});
