/**
 * Builds the MCPB bundle for Claude Desktop: dist/ as for the npm package, and from it
 * dist/ghl-mcp-<version>.mcpb.
 *
 *     node scripts/build-mcpb.ts
 */
import { join } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import { makeMcpb } from "./package/make-mcpb.ts";
import "./build-package.ts";

const root = join(import.meta.dirname, "..");
// a scope is no part of the file's name
const name = packageJson.name.replace(/^@.*\//u, "");
const path = join(root, "dist", `${name}-${packageJson.version}.mcpb`);
const { sizeBytes, sha256 } = await makeMcpb(root, path);
process.stdout.write(`written: ${path}, ${(sizeBytes / 1e6).toFixed(2)} MB, SHA-256 ${sha256}\n`);
