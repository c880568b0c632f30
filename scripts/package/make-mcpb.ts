import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packExtension } from "@anthropic-ai/mcpb";
import { type BundledPackage, toDesktopManifest } from "./desktop-manifest.ts";

/** What of the repository the bundle holds beside its manifest; the tool leaves declarations out. */
const PARTS = ["bin", "dist", "LICENSE", "THIRD-PARTY-NOTICES"] as const;

/** A bundle that was made. */
export interface MadeBundle {
  readonly path: string;
  readonly sizeBytes: number;
  /** In hexadecimal, as the MCP registry wants it for a bundle that is downloaded. */
  readonly sha256: string;
}

/**
 * Makes the bundle for Claude Desktop at `path` from what `npm run build` has left in `root`. Throws when
 * the tool of MCPB refuses the manifest.
 */
export const makeMcpb = async (root: string, path: string): Promise<MadeBundle> => {
  const stage = mkdtempSync(join(tmpdir(), "ghl-mcp-mcpb-"));
  try {
    for (const part of PARTS) {
      cpSync(join(root, part), join(stage, part), {
        recursive: true,
        filter: (source) => !source.endsWith(".mcpb"),
      });
    }
    // our own file
    const packageJson = JSON.parse(
      readFileSync(join(root, "package.json"), "utf8"),
    ) as BundledPackage;
    const { name, version, license, engines } = packageJson;
    // what the start reads: the kind of modules, and the Node that is needed
    writeJson(stage, "package.json", { name, version, license, type: "module", engines });
    writeJson(stage, "manifest.json", toDesktopManifest(packageJson));
    const isMade = await packExtension({ extensionPath: stage, outputPath: path, silent: true });
    if (!isMade) throw new Error("the tool of MCPB has refused the bundle; see above");
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  const bytes = readFileSync(path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { path, sizeBytes: bytes.length, sha256 };
};

const writeJson = (folder: string, name: string, value: unknown): void =>
  writeFileSync(join(folder, name), `${JSON.stringify(value, undefined, 2)}\n`);
