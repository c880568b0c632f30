import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "selfsigned";

/** A certificate with its key, both PEM. */
export interface MadeCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate of a test is like. */
export interface CertificateOptions {
  /** Default: `localhost`. */
  readonly names?: readonly string[];
  /** Default: now. */
  readonly from?: Date;
  /** Default: a year later. */
  readonly until?: Date;
  /** Who signs it. Default: it signs itself. */
  readonly issuer?: MadeCertificate;
}

/** Makes a certificate on P-256, which takes a few milliseconds. */
export const makeCertificate = async (
  options: CertificateOptions = {},
): Promise<MadeCertificate> => {
  const { from, issuer, names = ["localhost"], until } = options;
  const made = await generate([{ name: "commonName", value: names[0] ?? "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    ...(from !== undefined && { notBeforeDate: from }),
    ...(until !== undefined && { notAfterDate: until }),
    ...(issuer !== undefined && { ca: { key: issuer.key, cert: issuer.certificate } }),
    extensions: [
      { name: "basicConstraints", cA: issuer === undefined },
      { name: "subjectAltName", altNames: names.map((value) => ({ type: 2, value })) },
    ],
  });
  return { certificate: made.cert, key: made.private };
};

/** Where a pair lies in a folder. */
export const pairFilesIn = (
  folder: string,
): { readonly certificatePath: string; readonly keyPath: string } => ({
  certificatePath: join(folder, "fullchain.pem"),
  keyPath: join(folder, "privkey.pem"),
});

/** Puts a pair into a folder, each file in one step over the one before. */
export const placePair = async (folder: string, pair: MadeCertificate): Promise<void> => {
  const { certificatePath, keyPath } = pairFilesIn(folder);
  for (const [path, text] of [
    [certificatePath, pair.certificate],
    [keyPath, pair.key],
  ] as const) {
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
};
