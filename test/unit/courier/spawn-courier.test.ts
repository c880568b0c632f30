import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toEpochSeconds } from "../../../src/core/clock.ts";
import { toConnectionId } from "../../../src/core/ids.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { createProcessCourier } from "../../../src/courier/spawn-courier.ts";
import { createKeyring } from "../../../src/crypto/keyring.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import type { RefreshCourier } from "../../../src/upstream/refresh-courier.ts";
import { prepareSlot } from "../../../src/upstream/seal-rotation.ts";
import { openRotation } from "../../../src/upstream/spooled-rotation.ts";
import { createMemoryLogger } from "../../support/memory-logger.ts";

const keyring = createKeyring([toSecret(systemRandom.bytes(32).toString("base64"))]);
const PROGRAM = new URL("../../../src/courier/courier-process.ts", import.meta.url).pathname;

describe("a courier", { timeout: 60_000 }, () => {
  let folder: string;
  let server: Server;
  let answer: { status: number; body: string; cut: boolean };
  let received: string[];
  let courier: RefreshCourier;
  const logger = createMemoryLogger();

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "ghl-mcp-courier-"));
    received = [];
    answer = { status: 200, body: '{"access_token":"sentinel-of-answer"}', cut: false };
    server = createServer((request, response) => {
      request.on("data", (chunk: Buffer) => received.push(chunk.toString()));
      request.on("end", () => {
        if (answer.cut) request.socket.destroy();
        else response.writeHead(answer.status).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    courier = createProcessCourier({ spoolDir: folder, log: logger.log });
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const slotNow = () =>
    prepareSlot(
      { keyring, random: systemRandom },
      {
        connection: {
          id: toConnectionId("AAAAAAAAAAAAAAAAAAAAAA"),
          kind: "location",
          environment: "sandbox",
          scopes: [],
          status: "active",
          connectedAt: toEpochSeconds(1),
          tokenExpiresAt: toEpochSeconds(2),
        },
        tokens: {
          accessToken: toSecret("a"),
          refreshToken: toSecret("r"),
          expiresAt: toEpochSeconds(2),
          refreshAfter: toEpochSeconds(2),
        },
        approvedLocations: [],
        version: 7,
      },
    );
  const request = () => ({
    method: "POST" as const,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth/token`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "refresh_token=r",
    timeoutMs: 10_000,
    maxBytes: 65_536,
  });

  it("brings an answer back, and has sealed it in the spool before", async () => {
    const slot = slotNow();
    const carried = await courier.carry(request(), slot);
    expect(carried).toMatchObject({
      sent: { ok: true, value: { status: 200, body: answer.body } },
      isSpooled: true,
    });
    expect(received).toEqual(["refresh_token=r"]);
    expect(readdirSync(folder)).toEqual([slot.name]);
    const text = readFileSync(join(folder, slot.name), "utf8");
    expect(text).not.toContain("sentinel-of-answer");
    const opened = openRotation(keyring, text);
    expect(opened).toMatchObject({ version: 7, usedHash: slot.usedHash });
    expect(opened.body.reveal()).toBe(answer.body);
  });

  it("spools no refusal, and says of a cut connection that nobody knows", async () => {
    answer.status = 400;
    expect(await courier.carry(request(), slotNow())).toMatchObject({
      sent: { ok: true, value: { status: 400 } },
      isSpooled: false,
    });
    answer.cut = true;
    expect(await courier.carry(request(), slotNow())).toMatchObject({
      sent: { ok: false, failure: { kind: "unreachable" } },
      isSpooled: false,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is one of four at most; what comes beyond is left to the server", async () => {
    const all = await Promise.all(
      Array.from({ length: 6 }, () => courier.carry(request(), slotNow())),
    );
    expect(all.filter((one) => one === undefined)).toHaveLength(2);
    expect(received).toHaveLength(4);
  });

  it("sends nothing for an order that was cut off", async () => {
    const child = spawn(process.execPath, [PROGRAM], { stdio: ["pipe", "pipe", "inherit"] });
    const said: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => said.push(chunk.toString()));
    const ended = new Promise((resolve) => child.once("close", resolve));
    const order = JSON.stringify({ request: request(), slot: slotNow(), spoolDir: folder });
    child.stdin.end(order.slice(0, -5));
    expect(await ended).toBe(0);
    expect([said, received]).toEqual([[], []]);
  });
});
