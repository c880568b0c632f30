import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";
import { afterAll, describe, expect, it } from "vitest";
import { checkNode } from "../../../src/cli/doctor/check-node.ts";
import { judgeClock } from "../../../src/cli/doctor/check-network.ts";
import { checkRedirect } from "../../../src/cli/doctor/check-redirect.ts";
import { explainNoAnswer } from "../../../src/cli/doctor/network-failure.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { HttpFailure } from "../../../src/core/http-client.ts";
import { createHttpClient } from "../../../src/net/undici-http-client.ts";

const http = createHttpClient();
let server: Server | undefined;
afterAll(async () => {
  await http.close();
  server?.closeAllConnections();
  server?.close();
});

const failureOf = async (url: string): Promise<HttpFailure> => {
  const sent = await http.send({ method: "GET", url, timeoutMs: 5000, maxBytes: 1000 });
  if (sent.ok) throw new Error(`${url} answered`);
  return sent.failure;
};

describe("why GoHighLevel cannot be reached", () => {
  it("is a name without an address", async () => {
    const found = explainNoAnswer("x.invalid", await failureOf("https://x.invalid/"));
    expect([found.level, found.text]).toEqual([
      "problem",
      expect.stringContaining("has no address"),
    ]);
    expect(found.fix).toContain("typing mistakes");
  });

  it("is a certificate that this machine does not trust", async () => {
    const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }]);
    server = createServer({ cert, key });
    await new Promise<void>((resolve) => void server?.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const found = explainNoAnswer("localhost", await failureOf(`https://localhost:${port}/`));
    expect(found.text).toMatch(/a certificate that this machine does not trust \(\w*SELF_SIGNED/u);
    expect(found.fix).toContain("NODE_EXTRA_CA_CERTS");
  });

  it.each([
    ["CERT_HAS_EXPIRED", "not valid at this time"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "for another name"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "does not speak TLS"],
    ["ENETUNREACH", "cannot be reached from this network"],
    ["ECONNRESET", "cut the connection"],
    ["ESOMETHING", "cannot be reached (ESOMETHING)"],
  ])("is told apart by the code %s, also inside of other errors", (code, text) => {
    const inner = Object.assign(new Error("no"), { code });
    for (const cause of [
      inner,
      new Error("outer", { cause: inner }),
      new AggregateError([inner], ""),
    ]) {
      expect(explainNoAnswer("api", { kind: "unreachable", cause }).text).toContain(text);
    }
  });

  it("is a time limit that passed", () => {
    const found = explainNoAnswer("api", { kind: "timeout", timeoutMs: 10_000 });
    expect(found.text).toBe("api did not answer within 10 s");
  });
});

describe("the clock", () => {
  const date = "Thu, 01 Jan 2026 00:00:00 GMT";
  it.each([
    [0, "ok"],
    [60, "ok"],
    [-60, "ok"],
    [61, "problem"],
    [-61, "problem"],
  ])("that is %i s off is %s", (seconds, level) => {
    const [found] = judgeClock(date, Date.parse(date) + seconds * 1000);
    expect(found?.level).toBe(level);
  });

  it("is not judged by an answer without a date", () => {
    expect(judgeClock(undefined, 0)).toEqual([]);
    expect(judgeClock("yesterday", 0)).toEqual([]);
  });
});

describe("Node", () => {
  it.each([
    ["22.18.9", "problem"],
    ["22.19.0", "ok"],
    ["22.19.1", "ok"],
    ["24.0.0", "ok"],
    ["8.99.99", "problem"],
  ])("%s is %s", (version, level) => {
    expect(checkNode(version)[0]?.level).toBe(level);
  });
});

describe("the redirect URI", () => {
  const levels = (environment: Readonly<Record<string, string>>): readonly string[] =>
    checkRedirect(loadConfig({ environment: { STORAGE_URL: "memory:", ...environment } })).map(
      ({ level }) => level,
    );
  const app = { GHL_CLIENT_ID: "app-key", GHL_CLIENT_SECRET: "secret" };

  it.each([
    ["of the sandbox", {}, ["ok"]],
    ["of an app on a laptop, which the marketplace refuses", app, ["problem", "ok", "note"]],
    [
      "of a server with an https address",
      { ...app, PUBLIC_URL: "https://mcp.example" },
      ["ok", "note"],
    ],
    [
      "that leads to another host",
      { ...app, GHL_REDIRECT_URI: "https://pages.example/callback" },
      ["warning", "note"],
    ],
    [
      "of a private integration token",
      { GHL_PRIVATE_TOKEN: "pit-1", GHL_LOCATION_ID: "a" },
      ["note"],
    ],
  ])("%s", (_name, environment, expected) => {
    expect(levels(environment)).toEqual(expected);
  });

  it("that the marketplace refuses comes with every choice that there is", () => {
    const { config } = loadConfig({ environment: { STORAGE_URL: "memory:", ...app } });
    const [found] = checkRedirect({ config });
    for (const choice of ["PUBLIC_URL", "tunnel", "login --paste", "GHL_PRIVATE_TOKEN"]) {
      expect(found?.fix).toContain(choice);
    }
  });
});
