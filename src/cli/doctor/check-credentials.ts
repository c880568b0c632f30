import { toUpstreamSettings } from "../session.ts";
import type { ReadyContext } from "./context.ts";
import { type Found, note, problem, warning, well } from "./finding.ts";

const BAD_CREDENTIALS =
  "copy client id and client secret once more from the app's page in the marketplace, under Client Keys; the secret is shown only when it is made, so make a new pair if it is lost";

/** Whether GoHighLevel takes the app's client id and secret, as far as it can be asked without a sign-in. */
export const checkCredentials = async (context: ReadyContext): Promise<readonly Found[]> => {
  const { config, log, parts, signal } = context;
  if (config.upstream.mode !== "oauth") return [note("no marketplace app is set")];
  const { probeCredentials } = await import("../../app.ts");
  const settings = toUpstreamSettings(config, undefined);
  const probe = await probeCredentials({ ...parts, log, settings, signal });
  return [...judgeShape(config.upstream.clientId), judge(probe)];
};

type Probe = Awaited<ReturnType<typeof import("../../app.ts").probeCredentials>>;

const judge = (probe: Probe): Found => {
  switch (probe.kind) {
    case "refused":
      return problem("GoHighLevel does not accept the client id and secret", BAD_CREDENTIALS);
    case "not_refused":
      return well(
        "GoHighLevel did not refuse the client id and secret; only a sign-in proves them for certain",
      );
    case "unclear":
      return note(
        `whether the client id and secret are right cannot be known without a sign-in${
          probe.status === undefined ? "" : ` (GoHighLevel answered ${probe.status})`
        }`,
        "sign in once: ghl-mcp login",
      );
    case "unavailable":
      return warning(
        "GoHighLevel's token endpoint did not answer, so the client id and secret are not checked",
        "see the finding on the network, then run this again",
      );
  }
};

/** `<appId>-<suffix>` (gohighlevel.md §4.1): without the suffix it is the id of the app. */
const judgeShape = (clientId: string): readonly Found[] =>
  /^[^-]+-.+$/u.test(clientId)
    ? []
    : [
        warning(
          "GHL_CLIENT_ID does not look like a client id, which has a dash and a suffix after the app's id",
          BAD_CREDENTIALS,
        ),
      ];
