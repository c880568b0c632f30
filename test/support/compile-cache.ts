import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where processes of tests keep their modules compiled: many of them load the same. */
export const COMPILE_CACHE = join(tmpdir(), "ghl-mcp-test-compiled");
