import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ACCESS_LEVELS, AREAS } from "../../../src/core/access.ts";
import { verifiesChallenge } from "../../../src/oauth/pkce.ts";
import { findRedirectUriProblem, matchesRedirectUri } from "../../../src/oauth/redirect-uri.ts";
import {
  includesReach,
  intersectReach,
  narrowReach,
  type Reach,
  toRequestedReach,
  toScope,
} from "../../../src/oauth/scopes.ts";

const reach: fc.Arbitrary<Reach> = fc.record({
  access: fc.constantFrom(...ACCESS_LEVELS),
  areas: fc.oneof(
    fc.constant("all" as const),
    fc.subarray(
      AREAS.map((area) => area.id),
      { minLength: 1 },
    ),
  ),
});
const loopbackHost = fc.constantFrom("localhost", "127.0.0.1", "[::1]");
const port = fc.integer({ min: 1, max: 65_535 });
const path = fc.webPath();
const verifier = fc.string({
  unit: fc.constantFrom("A", "B", "Z", "a", "z", "0", "9", "-", ".", "_", "~"),
  minLength: 43,
  maxLength: 128,
});

describe("redirect URI matching", () => {
  it("any URI that may be registered matches itself", () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ["https"] }), (uri) => {
        fc.pre(findRedirectUriProblem(uri) === undefined);
        expect(matchesRedirectUri(uri, uri)).toBe(true);
      }),
    );
  });

  it("loopback URIs match on any port and on nothing else", () => {
    fc.assert(
      fc.property(loopbackHost, loopbackHost, port, port, path, path, (h1, h2, p1, p2, x1, x2) => {
        const registered = `http://${h1}:${p1}${x1}`;
        expect(matchesRedirectUri(registered, `http://${h2}:${p2}${x2}`)).toBe(
          h1 === h2 && x1 === x2,
        );
        expect(matchesRedirectUri(`http://${h1}${x1}`, `http://${h1}:${p2}${x1}`)).toBe(true);
        expect(matchesRedirectUri(registered, `https://${h1}:${p2}${x1}`)).toBe(false);
      }),
    );
  });

  it("other URIs match by the exact string alone", () => {
    const uri = fc.webUrl({ validSchemes: ["https"], withQueryParameters: true });
    fc.assert(
      fc.property(uri, uri, (one, other) => {
        expect(matchesRedirectUri(one, other)).toBe(one === other);
        expect(matchesRedirectUri(one, `${one}x`)).toBe(false);
        expect(matchesRedirectUri("http://evil.example:1/", "http://evil.example:2/")).toBe(false);
      }),
    );
  });

  it("judges any string without throwing, and what passes is absolute, short and without tricks", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 600 }), (text) => {
        for (const uri of [text, `https://${text}`, `app:${text}`, `http://localhost${text}`]) {
          if (findRedirectUriProblem(uri) !== undefined) continue;
          const url = new URL(uri);
          expect(url.username + url.password + url.hash).toBe("");
          expect(uri).toMatch(/^[\x21-\x7e]{1,512}$/);
          if (url.protocol === "http:")
            expect(["localhost", "127.0.0.1", "[::1]"]).toContain(url.hostname);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("PKCE", () => {
  it("verifies the example of RFC 7636, appendix B", () => {
    expect(
      verifiesChallenge(
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      ),
    ).toBe(true);
  });

  it("a verifier verifies its own challenge and no other", () => {
    fc.assert(
      fc.property(verifier, verifier, (one, other) => {
        const challenge = createHash("sha256").update(one).digest("base64url");
        expect(verifiesChallenge(one, challenge)).toBe(true);
        expect(verifiesChallenge(other, challenge)).toBe(one === other);
        // "plain" must never verify.
        expect(verifiesChallenge(challenge, challenge)).toBe(false);
      }),
    );
  });

  it("refuses verifiers of the wrong length or alphabet, whatever their hash", () => {
    const bad = fc.oneof(
      fc.string({ maxLength: 42 }),
      fc.string({ minLength: 129, maxLength: 200 }),
      verifier.map((value) => `${value.slice(0, 42)} `),
    );
    fc.assert(
      fc.property(bad, (value) => {
        const challenge = createHash("sha256").update(value).digest("base64url");
        expect(verifiesChallenge(value, challenge)).toBe(false);
      }),
    );
  });
});

describe("scope algebra", () => {
  it("a written scope reads back as the same reach", () => {
    fc.assert(
      fc.property(reach, (one) => {
        const read = toRequestedReach(toScope(one));
        expect(includesReach(read, one) && includesReach(one, read)).toBe(true);
      }),
    );
  });

  it("narrowing never widens, whatever is asked", () => {
    const words = fc.array(
      fc.oneof(
        fc.constantFrom(...ACCESS_LEVELS, ...AREAS.map((area) => `area:${area.id}`)),
        fc.string(),
      ),
    );
    fc.assert(
      fc.property(reach, words, (granted, asked) => {
        const narrowed = narrowReach(granted, asked.join(" "));
        if (narrowed !== undefined) expect(includesReach(granted, narrowed)).toBe(true);
      }),
    );
  });

  it("an intersection lies within both, and holds all that lies within both", () => {
    fc.assert(
      fc.property(reach, reach, reach, (one, other, probe) => {
        const common = intersectReach(one, other);
        expect(includesReach(one, common) && includesReach(other, common)).toBe(true);
        if (includesReach(one, probe) && includesReach(other, probe)) {
          expect(includesReach(common, probe)).toBe(true);
        }
      }),
    );
  });
});
