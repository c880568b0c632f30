import { describe, expect, it } from "vitest";
import type { Config } from "../../../src/config/config.ts";
import { loadConfig } from "../../../src/config/load.ts";

/** The settings that only operators care for. */

const load = (environment: Readonly<Record<string, string>>): Config =>
  loadConfig({ environment: { STORAGE_URL: "memory:", ...environment } }).config;

describe("METRICS", () => {
  it("is for this machine unless it says otherwise", () => {
    expect(load({}).metricsAccess).toEqual({ mode: "loopback" });
    expect(load({ METRICS: "OFF" }).metricsAccess).toBeUndefined();
    const token = "a-token-of-22-characters";
    const { metricsAccess } = load({ METRICS: "token", METRICS_TOKEN: token });
    expect(metricsAccess?.mode === "token" && metricsAccess.token.reveal()).toBe(token);
  });

  it("is refused where the token is missing, short or without effect", () => {
    expect(() => load({ METRICS: "token" })).toThrow("METRICS_TOKEN: missing while METRICS=token");
    expect(() => load({ METRICS: "token", METRICS_TOKEN: "short" })).toThrow(
      "METRICS_TOKEN: the value is too short",
    );
    expect(() => load({ METRICS_TOKEN: "a-token-of-22-characters" })).toThrow(
      "METRICS_TOKEN: without effect while METRICS is loopback",
    );
    expect(() => load({ METRICS: "everyone" })).toThrow('METRICS: "everyone" does not say who');
  });
});

it("DRAIN_SECONDS is none unless it says so, and at most five minutes", () => {
  expect(load({}).drainMs).toBe(0);
  expect(load({ DRAIN_SECONDS: "15" }).drainMs).toBe(15_000);
  expect(() => load({ DRAIN_SECONDS: "301" })).toThrow("DRAIN_SECONDS");
});

it("TRUSTED_PROXIES takes addresses and networks, never the whole internet", () => {
  expect(load({}).proxyTrust).toBeUndefined();
  expect(load({ TRUSTED_PROXIES: "127.0.0.1 10.0.0.0/8 fd00::/8" }).proxyTrust).toEqual({
    proxies: ["127.0.0.1", "10.0.0.0/8", "fd00::/8"],
    header: "x-forwarded-for",
  });
  for (const wrong of [
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/33",
    "proxy.example",
    "10.0.0.0/8/8",
    "true",
  ]) {
    expect(() => load({ TRUSTED_PROXIES: wrong })).toThrow("TRUSTED_PROXIES");
  }
});
