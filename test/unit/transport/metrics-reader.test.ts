import { describe, expect, it } from "vitest";
import { toSecret } from "../../../src/core/secret.ts";
import { equalSecret } from "../../../src/crypto/hash.ts";
import { isLoopbackPeer } from "../../../src/transport/limits/client-address.ts";
import { judgeMetricsReader } from "../../../src/transport/metrics-reader.ts";

const local = (headers: Readonly<Record<string, string>>): string =>
  judgeMetricsReader(
    { mode: "loopback" },
    { fromThisMachine: true, headers: { host: "127.0.0.1:8000", ...headers } },
    equalSecret,
  );

describe("metrics for this machine", () => {
  it("are for a program here", () => {
    expect(local({})).toBe("allowed");
    for (const host of ["localhost", "LOCALHOST:8000", "[::1]:8000", "127.1.2.3"]) {
      expect(local({ host })).toBe("allowed");
    }
  });

  it("are not for another machine, whatever headers it sends", () => {
    const headers = { host: "localhost", "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1" };
    const stranger = { fromThisMachine: false, headers };
    expect(judgeMetricsReader({ mode: "loopback" }, stranger, equalSecret)).toBe(
      "not_this_machine",
    );
  });

  it.each([
    "x-forwarded-for",
    "forwarded",
    "via",
    "x-real-ip",
    "x-forwarded-host",
    "x-forwarded-proto",
  ])("are not for a proxy on this machine that adds %s", (name) => {
    expect(local({ [name]: "127.0.0.1" })).toBe("not_this_machine");
    expect(local({ [name]: "" })).toBe("not_this_machine");
  });

  it.each([
    "mcp.example.com",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1@evil.example",
    "",
  ])("are not for whoever names the host %s: DNS rebinding, or a proxy", (host) => {
    expect(local({ host })).toBe("not_this_machine");
  });
});

describe("metrics for a token", () => {
  const access = { mode: "token", token: toSecret("a-token-of-22-characters") } as const;
  const judge = (authorization: string | undefined): string =>
    judgeMetricsReader(
      access,
      { fromThisMachine: true, headers: authorization === undefined ? {} : { authorization } },
      equalSecret,
    );

  it("are for that token alone, also on this machine", () => {
    expect(judge("Bearer a-token-of-22-characters")).toBe("allowed");
    expect(judge("bearer a-token-of-22-characters")).toBe("allowed");
    for (const wrong of [
      undefined,
      "",
      "Bearer ",
      "Bearer another",
      "Basic a-token-of-22-characters",
    ]) {
      expect(judge(wrong)).toBe("no_token");
    }
  });
});

it("tells a loopback peer by the address of its connection", () => {
  for (const remoteAddress of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
    expect(isLoopbackPeer({ remoteAddress })).toBe(true);
  }
  for (const remoteAddress of [
    "10.0.0.1",
    "::ffff:10.0.0.1",
    "::2",
    "128.0.0.1",
    "",
    "1.127.0.0.1",
  ]) {
    expect(isLoopbackPeer({ remoteAddress })).toBe(false);
  }
  expect(isLoopbackPeer({ remoteAddress: undefined })).toBe(false);
});
