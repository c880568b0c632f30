import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Result } from "../../core/result.ts";
import type { Random } from "../../crypto/random.ts";
import type { TokenResponse } from "../authorization-server.ts";
import type { ClientAuthenticationDeps } from "../clients/authenticate.ts";
import type { Client } from "../clients/client.ts";
import type { RegisteredClients } from "../clients/registered.ts";
import type { OAuthFailure } from "../failure.ts";
import type { Grants } from "../grants.ts";
import type { Parameters } from "../wire.ts";
import type { AuthorizationCodes } from "./codes.ts";
import type { IssueDeps } from "./issue.ts";

/** What the machine endpoints need. */
export interface GrantTypeDeps extends IssueDeps, ClientAuthenticationDeps {
  readonly registered: RegisteredClients;
  readonly grants: Grants;
  readonly codes: AuthorizationCodes;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One grant type: judges the request of an authenticated client, and issues. */
export type GrantTypeHandler = (
  deps: GrantTypeDeps,
  client: Client,
  parameters: Parameters,
) => Promise<Result<TokenResponse, OAuthFailure>>;
