import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalSecret, hashToken } from "../../../src/crypto/hash.ts";

describe("hashing", () => {
  it("gives the SHA-256 of the UTF-8 text in base64url", () => {
    expect(hashToken("abc")).toBe("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    expect(hashToken("")).toBe("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
  });

  it("finds two secrets equal exactly when they are, whatever their lengths", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(equalSecret(a, b)).toBe(a === b);
        expect(equalSecret(a, `${a}`)).toBe(true);
        expect(equalSecret(a, `${a}x`)).toBe(false);
      }),
    );
  });
});
