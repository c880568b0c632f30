import { checkCertificate } from "./check-certificate.ts";
import { checkConnections } from "./check-connections.ts";
import { checkCredentials } from "./check-credentials.ts";
import { checkKey } from "./check-key.ts";
import { checkNetwork } from "./check-network.ts";
import { checkNode } from "./check-node.ts";
import { checkPort } from "./check-port.ts";
import { checkRedirect } from "./check-redirect.ts";
import { checkSettings } from "./check-settings.ts";
import { checkStore } from "./check-store.ts";
import {
  type Check,
  type DoctorContext,
  type DoctorOptions,
  openDoctorContext,
} from "./context.ts";
import { type Finding, type Found, note } from "./finding.ts";

/** Every check, in the order of the report. */
const CHECKS: readonly Check[] = [
  { name: "node", needs: "nothing", run: () => checkNode() },
  { name: "settings", needs: "nothing", run: checkSettings },
  { name: "key", needs: "settings", run: checkKey },
  { name: "store", needs: "settings", run: checkStore },
  { name: "port", needs: "settings", run: checkPort },
  { name: "certificate", needs: "settings", run: checkCertificate },
  { name: "network", needs: "settings", run: checkNetwork },
  { name: "redirect", needs: "settings", run: checkRedirect },
  { name: "app", needs: "settings", run: checkCredentials },
  { name: "connections", needs: "settings", run: checkConnections },
];

/** Runs every check and gives what they found, at least one finding each. Throws only for bugs. */
export const examine = async (options: DoctorOptions): Promise<readonly Finding[]> => {
  const context = openDoctorContext(options);
  const findings: Finding[] = [];
  for (const check of CHECKS) {
    options.signal.throwIfAborted();
    const found = await run(check, context);
    findings.push(...found.map((one) => ({ check: check.name, ...one })));
  }
  return findings;
};

const run = async (check: Check, context: DoctorContext): Promise<readonly Found[]> => {
  if (check.needs === "nothing") return check.run(context);
  const { config } = context;
  if (config === undefined) return [note("not looked at: it needs settings that are right")];
  return check.run({ ...context, config });
};
