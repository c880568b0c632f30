import { createPublicKey } from "node:crypto";

const ARMOUR = /-----(?:BEGIN|END) PUBLIC KEY-----/gu;

/**
 * A public key as DER in base64, from PEM (its line breaks may be missing, or written as `\n`) or from
 * that base64 itself; undefined if it is not a key of this type.
 */
export const readPublicKey = (text: string, type: "ed25519" | "rsa"): string | undefined => {
  const der = text.replaceAll(ARMOUR, "").replaceAll(/\\n|\s/gu, "");
  try {
    const key = createPublicKey({ key: Buffer.from(der, "base64"), format: "der", type: "spki" });
    return key.asymmetricKeyType === type ? der : undefined;
  } catch {
    // The text is no key: the caller says what would be right.
    return undefined;
  }
};
