import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDocumentUrl } from "../../../src/oauth/clients/document-url.ts";

const SETTINGS = { seed: 20_260_728, numRuns: 500 };

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
const segment = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
const host = fc
  .tuple(label, label, fc.constantFrom("com", "example", "ai", "io"))
  .map((labels) => labels.join("."));
const path = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((parts) => `/${parts.join("/")}`);
const good = fc.tuple(host, path).map(([name, rest]) => ({ name, rest }));
const octet = fc.integer({ min: 0, max: 255 });

describe("addresses of client metadata documents", () => {
  it("https with a public name and a path is taken as it is written", () => {
    fc.assert(
      fc.property(good, ({ name, rest }) => {
        const parsed = parseDocumentUrl(`https://${name}${rest}`);
        expect(String(parsed)).toBe(`https://${name}${rest}`);
      }),
      SETTINGS,
    );
  });

  it("any one thing that moves the target or hides it is forbidden", () => {
    const spoil = fc.constantFrom<(name: string, rest: string) => string>(
      (name, rest) => `http://${name}${rest}`,
      (name, rest) => `https://user@${name}${rest}`,
      (name, rest) => `https://user:pass@${name}${rest}`,
      (name, rest) => `https://evil.example\\@${name}${rest}`,
      (name, rest) => `https:\\\\${name}${rest}`,
      (name, rest) => `https:${name}${rest}`,
      (name, rest) => `https:///${name}${rest}`,
      (name, rest) => `https://${name}${rest}#fragment`,
      (name, rest) => `https://${name}${rest}/../c`,
      (name, rest) => `https://${name}${rest}/.%2E/c`,
      (name, rest) => `https://${name}${rest}/%2e`,
      (name, rest) => `https://${name}\t${rest}`,
      (name, rest) => `https://${name}${rest}\n`,
      (name, rest) => `https://${name}.${rest}`,
      (name, rest) => `https://${name}:99999${rest}`,
      (name, rest) => `https://${name.split(".")[0] ?? ""}${rest}`,
      (name, rest) => `https://${name}.local${rest}`,
      (name, rest) => `https://${name}.INTERNAL${rest}`,
      (name) => `https://${name}`,
      (name) => `https://${name}/`,
      (name, rest) => `https://${name}${rest}${"a".repeat(2_000)}`,
    );
    fc.assert(
      fc.property(good, spoil, ({ name, rest }, change) => {
        expect(parseDocumentUrl(change(name, rest))).toBe("forbidden");
      }),
      SETTINGS,
    );
  });

  it("no spelling of an IP address is a name", () => {
    const spellings = fc.constantFrom<(a: number, b: number, c: number, d: number) => string>(
      (a, b, c, d) => `${a}.${b}.${c}.${d}`,
      (a, b, c, d) => String(((a * 256 + b) * 256 + c) * 256 + d),
      (a, b, c, d) => `0x${a.toString(16)}.${b}.${c}.${d}`,
      (a, b, c, d) => `0${a.toString(8)}.${b}.${c}.${d}`,
      (a, b, c, d) => `${a}.${(b * 256 + c) * 256 + d}`,
      (a, b, c, d) => `${a}.${b}.${c * 256 + d}`,
      (a, b, c, d) => `[::ffff:${a}.${b}.${c}.${d}]`,
      (a, b, c, d) => `[${a.toString(16)}::${(b * 256 + c).toString(16)}:${d.toString(16)}]`,
    );
    fc.assert(
      fc.property(spellings, octet, octet, octet, octet, path, (spell, a, b, c, d, rest) => {
        expect(parseDocumentUrl(`https://${spell(a, b, c, d)}${rest}`)).toBe("forbidden");
      }),
      SETTINGS,
    );
  });

  it("judges any string without throwing, and what passes keeps host and path segments", () => {
    const near = fc
      .tuple(host, fc.string({ unit: "binary-ascii", maxLength: 40 }))
      .map(([name, rest]) => `https://${name}/${rest}`);
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ unit: "binary" }), fc.webUrl()), (text) => {
        const parsed = parseDocumentUrl(text);
        if (!(parsed instanceof URL)) return;
        const [, , authority = "", ...segments] = (text.split("?")[0] ?? "").split("/");
        expect(parsed.protocol).toBe("https:");
        expect([parsed.username, parsed.password, parsed.hash]).toEqual(["", "", ""]);
        expect(authority.toLowerCase().split(":")[0]).toBe(parsed.hostname);
        expect(isIP(parsed.hostname)).toBe(0);
        expect(parsed.pathname.split("/")).toHaveLength(segments.length + 1);
      }),
      { ...SETTINGS, numRuns: 1_000 },
    );
  });
});
