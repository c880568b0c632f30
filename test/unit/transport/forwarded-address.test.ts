import { describe, expect, it } from "vitest";
import type { ProxyTrust } from "../../../src/core/proxy-trust.ts";
import { createAddressReader } from "../../../src/transport/limits/forwarded-address.ts";

const PROXIES = ["10.0.0.0/8", "127.0.0.1", "fd00::/8"];

const read = (
  header: ProxyTrust["header"],
  remoteAddress: string,
  headers: Readonly<Record<string, string>>,
): string => {
  const reader = createAddressReader({ proxies: PROXIES, header });
  return reader({ headers, socket: { remoteAddress } } as unknown as Parameters<typeof reader>[0]);
};

const xff = (chain: string, remoteAddress = "127.0.0.1"): string =>
  read("x-forwarded-for", remoteAddress, { "x-forwarded-for": chain });

const forwarded = (chain: string): string => read("forwarded", "10.1.1.1", { forwarded: chain });

describe("the address of a request", () => {
  it("is the first from the end that is no trusted proxy", () => {
    expect(xff("198.51.100.1")).toBe("198.51.100.1");
    expect(xff("198.51.100.1, 10.0.0.2")).toBe("198.51.100.1");
    expect(xff("6.6.6.6, 198.51.100.1, 10.0.0.2")).toBe("198.51.100.1");
    expect(xff("198.51.100.1:4711", "::ffff:127.0.0.1")).toBe("198.51.100.1");
    expect(xff("[2001:db8::1]:443", "fd00::1")).toBe("2001:db8:0:0::/64");
  });

  it("is that of the connection where it is no trusted proxy", () => {
    expect(xff("198.51.100.1", "192.0.2.1")).toBe("192.0.2.1");
    expect(xff("198.51.100.1", "::ffff:192.0.2.1")).toBe("192.0.2.1");
  });

  it.each([
    "",
    "unknown",
    "_hidden",
    "6.6.6.6, unknown",
    "6.6.6.6,",
    "6.6.6.6, 1.2.3",
    "999.1.1.1",
  ])("is that of the proxy which wrote %j", (chain) => {
    expect(xff(chain)).toBe("127.0.0.1");
  });

  it("is read from the named header alone", () => {
    expect(read("x-forwarded-for", "127.0.0.1", { forwarded: "for=6.6.6.6" })).toBe("127.0.0.1");
    expect(read("forwarded", "127.0.0.1", { "x-forwarded-for": "6.6.6.6" })).toBe("127.0.0.1");
  });

  it("is read from Forwarded as RFC 7239 writes it", () => {
    expect(forwarded("for=198.51.100.1;proto=https;by=10.0.0.1")).toBe("198.51.100.1");
    expect(forwarded('proto=https; For="198.51.100.1:47011"')).toBe("198.51.100.1");
    expect(forwarded('for="[2001:db8:cafe::17]:4711", for=10.0.0.9')).toBe("2001:db8:cafe:0::/64");
    expect(forwarded("for=6.6.6.6, for=_secret")).toBe("10.1.1.1");
    expect(forwarded('for="6.6.6.6, for=198.51.100.1')).toBe("198.51.100.1");
  });
});
