import { createPrivateKey } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemParts } from "../../../src/app.ts";
import { checkCertificate } from "../../../src/cli/doctor/check-certificate.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { openTlsPair, readTlsPair } from "../../../src/config/tls-pair.ts";
import { toSecret } from "../../../src/core/secret.ts";
import {
  type MadeCertificate,
  makeCertificate,
  pairFilesIn,
  placePair,
} from "../../support/certificates.ts";
import { createFakeClock } from "../../support/clock.ts";
import { createMemoryLogger } from "../../support/memory-logger.ts";

const DAY_MS = 86_400_000;
const NOW = new Date("2026-01-01T00:00:00Z");
const after = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);

let folder: string;
let good: MadeCertificate;
let other: MadeCertificate;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-pair-"));
  [good, other] = await Promise.all([
    makeCertificate({ names: ["mcp.example.com"], from: after(-1), until: after(90) }),
    makeCertificate({ names: ["mcp.example.com"], from: after(-1), until: after(90) }),
  ]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => placePair(folder, good));

const read = async (passphrase?: string) =>
  readTlsPair({
    ...pairFilesIn(folder),
    ...(passphrase !== undefined && { passphrase: toSecret(passphrase) }),
  });

const lockKey = (passphrase: string): string =>
  createPrivateKey(good.key)
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase })
    .toString();

describe("a certificate and its key", () => {
  it("are taken where they fit, with a passphrase where the key has one", async () => {
    const plain = await read();
    expect(plain.ok && [plain.value.validUntil, plain.value.isKeyOpen]).toEqual([
      after(90).getTime() / 1000,
      false,
    ]);
    writeFileSync(pairFilesIn(folder).keyPath, lockKey("words of four"));
    expect((await read("words of four")).ok).toBe(true);
    expect(await read("another")).toMatchObject({
      failure: expect.stringMatching(/^TLS_KEY_PASSPHRASE: does not open the key/u) as string,
    });
    expect(await read()).toMatchObject({
      failure: expect.stringMatching(/^TLS_KEY_PASSPHRASE: missing while the key/u) as string,
    });
  });

  it("are refused with a reason and what would be right, never with a part of the key", async () => {
    const { certificatePath, keyPath } = pairFilesIn(folder);
    const half = good.certificate.slice(0, 300);
    for (const [path, text, reason] of [
      [keyPath, other.key, /^TLS_KEY_FILE: the key .* is not that of the first certificate/u],
      [
        keyPath,
        good.key.slice(0, 100),
        /^TLS_KEY_FILE: .* is not a whole private key in PEM; give/u,
      ],
      [keyPath, "", /^TLS_KEY_FILE: .* is not a whole private key/u],
      [certificatePath, half, /^TLS_CERT_FILE: .* is not a whole certificate in PEM; give/u],
      [certificatePath, `${good.certificate}\n${half}`, /^TLS_CERT_FILE: .* not a whole/u],
      [certificatePath, good.key, /^TLS_CERT_FILE: .* is not a whole certificate/u],
    ] as const) {
      await placePair(folder, good);
      writeFileSync(path, text);
      const answer = await read();
      expect(!answer.ok && answer.failure).toMatch(reason);
      for (const line of good.key.split("\n").slice(1, 3)) {
        expect(JSON.stringify(answer)).not.toContain(line);
      }
    }
    rmSync(keyPath);
    expect(await read()).toMatchObject({
      failure: expect.stringMatching(
        /^TLS_KEY_FILE: .* cannot be read \(ENOENT\); give/u,
      ) as string,
    });
  });

  it("end a start that they are no use for, and warn of what a server can start with", async () => {
    const warnings = async (): Promise<readonly string[]> => {
      const { lines, log } = createMemoryLogger();
      await openTlsPair(pairFilesIn(folder), { log, clock: createFakeClock() });
      return lines.map((line) => (JSON.parse(line) as { message: string }).message);
    };
    expect(await warnings()).toEqual([]);
    await placePair(folder, await makeCertificate({ from: after(-9), until: after(-1) }));
    expect(await warnings()).toEqual([expect.stringContaining("has expired")]);
    await placePair(folder, await makeCertificate({ from: after(1), until: after(90) }));
    expect(await warnings()).toEqual([expect.stringContaining("is not valid yet")]);
    await placePair(folder, await makeCertificate({ from: after(-9), until: after(13) }));
    chmodSync(pairFilesIn(folder).keyPath, 0o644);
    expect(await warnings()).toEqual([
      expect.stringContaining("ends soon"),
      expect.stringContaining("can read the key"),
    ]);
    writeFileSync(pairFilesIn(folder).keyPath, other.key);
    await expect(warnings()).rejects.toMatchObject({ code: "config_invalid" });
  });
});

describe("the doctor on a certificate", () => {
  const parts = { ...systemParts(), clock: createFakeClock() };
  afterAll(() => parts.http.close());
  const look = async (publicUrl = "https://mcp.example.com") => {
    const { certificatePath, keyPath } = pairFilesIn(folder);
    const { config } = loadConfig({
      environment: {
        STORAGE_URL: "memory:",
        PUBLIC_URL: publicUrl,
        TLS_CERT_FILE: certificatePath,
        TLS_KEY_FILE: keyPath,
      },
    });
    return checkCertificate({ config, parts });
  };

  it("is content with one for the host, with its chain, that lasts", async () => {
    const root = await makeCertificate({ names: ["root"], from: after(-1), until: after(900) });
    const leaf = await makeCertificate({
      names: ["mcp.example.com"],
      from: after(-1),
      until: after(20),
      issuer: root,
    });
    const chain = { key: leaf.key, certificate: `${leaf.certificate}\n${root.certificate}` };
    await placePair(folder, chain);
    const found = await look();
    expect(found.map(({ level }) => level)).toEqual(["ok", "ok", "ok"]);
    expect(found[1]?.text).toContain("20 days from now");
    await placePair(folder, leaf);
    expect((await look())[2]?.text).toContain("without its issuers");
    await placePair(folder, {
      ...chain,
      certificate: `${leaf.certificate}\n${good.certificate}`,
    });
    expect((await look())[2]).toMatchObject({ level: "problem" });
  });

  it("names the wrong host, the near end, and a key that lies open, each with what to do", async () => {
    chmodSync(pairFilesIn(folder).keyPath, 0o604);
    const found = await look("https://other.example.com");
    expect(found.map(({ level }) => level)).toEqual(["problem", "ok", "warning", "warning"]);
    expect(found[0]?.text).toBe(
      "the certificate is not for other.example.com, but for: DNS:mcp.example.com",
    );
    expect(found[3]?.fix).toContain("chmod o-r");
    await placePair(folder, await makeCertificate({ from: after(-9), until: after(13) }));
    expect((await look("https://localhost:8000"))[1]).toMatchObject({ level: "warning" });
    await placePair(folder, await makeCertificate({ from: after(-9), until: after(-1) }));
    expect((await look("https://localhost:8000"))[1]).toMatchObject({ level: "problem" });
    rmSync(pairFilesIn(folder).certificatePath);
    const [gone] = await look();
    expect(gone?.text).toMatch(/^TLS_CERT_FILE: .* cannot be read/u);
    expect(gone?.fix).toMatch(/^give a file/u);
  });
});

describe("the settings of TLS", () => {
  const load = (environment: Readonly<Record<string, string>>) =>
    loadConfig({ environment: { STORAGE_URL: "memory:", ...environment } }).config;
  const both = { TLS_CERT_FILE: "/c.pem", TLS_KEY_FILE: "/k.pem" };

  it("come together, and make the address https", () => {
    expect(load({}).tls).toBeUndefined();
    expect(load({ ...both, PORT: "9000" })).toMatchObject({
      tls: { certificatePath: "/c.pem", keyPath: "/k.pem" },
      publicUrl: "https://localhost:9000",
      redirectUri: "https://localhost:9000/oauth/callback",
    });
    expect(() => load({ TLS_CERT_FILE: "/c.pem" })).toThrow(
      "TLS_KEY_FILE: missing while TLS_CERT_FILE is set; give the path",
    );
    expect(() => load({ TLS_KEY_FILE: "/k.pem" })).toThrow("TLS_CERT_FILE: missing while");
    expect(() => load({ TLS_KEY_PASSPHRASE: "x" })).toThrow("TLS_KEY_FILE: missing while");
    expect(() => load({ ...both, PUBLIC_URL: "http://localhost:8000" })).toThrow(
      "PUBLIC_URL: begins with http while TLS_CERT_FILE is set",
    );
  });

  it("take the passphrase itself or where it is, and never show it", () => {
    const path = join(folder, "passphrase");
    writeFileSync(path, "from a file \n");
    const passphraseOf = (value: string, more = {}): string | undefined =>
      load({ ...both, ...more, TLS_KEY_PASSPHRASE: value }).tls?.passphrase?.reveal();
    expect(passphraseOf("file-like: words")).toBe("file-like: words");
    expect(passphraseOf(`file:${path}`)).toBe("from a file ");
    expect(passphraseOf("env:HIDDEN", { HIDDEN: "from elsewhere" })).toBe("from elsewhere");
    expect(JSON.stringify(load({ ...both, TLS_KEY_PASSPHRASE: "never shown" }))).not.toContain(
      "never shown",
    );
    expect(() => passphraseOf("file:/nowhere/at/all")).toThrow(
      'TLS_KEY_PASSPHRASE: the file "/nowhere/at/all" cannot be read; give the passphrase',
    );
  });
});
