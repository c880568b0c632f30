import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/gu;

/** The certificates of a PEM text in their order; undefined where one of them, or the text, is none. */
export const readCertificates = (pem: string): readonly X509Certificate[] | undefined => {
  const blocks = pem.match(BLOCK) ?? [];
  // A half-written file ends inside of a block.
  if (
    blocks.length === 0 ||
    blocks.length !== pem.split("-----BEGIN CERTIFICATE-----").length - 1
  ) {
    return undefined;
  }
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
};

/** Whether a certificate is for a host name, or for an IP address, which may stand in brackets. */
export const isForHost = (certificate: X509Certificate, hostname: string): boolean => {
  const bare = hostname.replaceAll(/^\[|\]$/gu, "");
  const found = isIP(bare) === 0 ? certificate.checkHost(bare) : certificate.checkIP(bare);
  return found !== undefined;
};

/**
 * How the certificates of a file follow each other. `broken`: one was not issued by the next.
 * `self_signed`: the first vouches for itself. `alone`: others issued the first, and are not there.
 */
export type ChainState = "whole" | "broken" | "self_signed" | "alone";

/** Judges a chain that starts with the certificate of the server (RFC 8446 §4.4.2). */
export const judgeChain = (chain: readonly X509Certificate[]): ChainState => {
  const [first] = chain;
  if (first === undefined) return "broken";
  const fits = chain.every((one, index) => {
    const issuer = chain[index + 1];
    return issuer === undefined || (one.checkIssued(issuer) && one.verify(issuer.publicKey));
  });
  if (!fits) return "broken";
  if (first.checkIssued(first)) return "self_signed";
  return chain.length === 1 ? "alone" : "whole";
};
