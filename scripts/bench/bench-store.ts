import { toUpstreamSettings } from "../../src/cli/session.ts";
import { loadConfig } from "../../src/config/load.ts";
import { loadMasterKeys } from "../../src/config/master-key.ts";
import type { AccessLevel } from "../../src/core/access.ts";
import { addSeconds, type EpochSeconds, systemClock } from "../../src/core/clock.ts";
import { type ConnectionId, type LocationId, toClientId } from "../../src/core/ids.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { createKeyring } from "../../src/crypto/keyring.ts";
import { systemRandom } from "../../src/crypto/random.ts";
import { createGrants } from "../../src/oauth/grants.ts";
import { toResource } from "../../src/oauth/metadata.ts";
import { createAccessTokens } from "../../src/oauth/token/access-tokens.ts";
import { openRecordStore } from "../../src/storage/open.ts";
import type { RecordStore } from "../../src/storage/record-store.ts";
import { createSealedStore } from "../../src/storage/sealed-store.ts";
import { createConnections } from "../../src/upstream/connections.ts";
import type { TokenAnswer } from "../../src/upstream/token-answer.ts";
import { createVault } from "../../src/upstream/vault.ts";
import type { ServerPlace } from "../measure/start-server.ts";

const DAY_SECONDS = 86_400;

/** An account that signs in, and a client that its person lets in. */
export interface SignIn extends Pick<TokenAnswer, "userType" | "companyId" | "locationId"> {
  readonly access: AccessLevel;
  readonly subject: string;
  readonly locations: readonly LocationId[] | "all";
}

/** What a sign-in has left in the store. */
export interface SignedIn {
  readonly connectionId: ConnectionId;
  /** The access token of the client. */
  readonly token: string;
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
}

/** The store of a server that is about to start. */
export interface BenchStore {
  readonly store: RecordStore;
  /** Of GoHighLevel: what the connections are kept under. */
  readonly environment: string;
  /** Adds a connection with a grant and an access token for a day, through the code that a sign-in runs. */
  signIn(who: SignIn): Promise<SignedIn>;
}

/** Opens the store of a server, to be closed by whoever opened it. */
export const openBenchStore = async ({
  storageUrl,
  publicUrl,
  environment: variables,
}: ServerPlace): Promise<BenchStore> => {
  const clock = systemClock;
  const random = systemRandom;
  const { config } = loadConfig({ environment: variables });
  const { environment } = toUpstreamSettings(config, undefined);
  const keyring = createKeyring(
    await loadMasterKeys(config.masterKey, { random, log: silentLogger }),
  );
  const store = await openRecordStore(storageUrl, { clock });
  const vault = createVault({ sealed: createSealedStore({ store, keyring, random }), environment });
  const connections = createConnections({ environment, vault, store, clock, random });
  const grants = createGrants({ store, random, clock });
  const accessTokens = createAccessTokens({ store, random });
  return {
    store,
    environment,
    signIn: async ({ access, subject, locations, ...account }) => {
      const connection = await connections.record({
        // As long as GoHighLevel's, which are signed objects.
        access_token: random.token().repeat(16),
        refresh_token: random.token().repeat(16),
        expires_in: DAY_SECONDS,
        scope: config.scopes.join(" "),
        userId: undefined,
        ...account,
      });
      const reach = { access, areas: "all" } as const;
      const clientId = toClientId("bench");
      const connectionId = connection.id;
      const grant = await grants.create({ ...reach, clientId, subject, connectionId, locations });
      const issuedAt = clock.nowSeconds();
      const expiresAt = addSeconds(issuedAt, DAY_SECONDS);
      await grants.extend(grant.id, expiresAt);
      const resource = toResource(publicUrl);
      const minted = { ...reach, grantId: grant.id, clientId, resource, issuedAt, expiresAt };
      return { connectionId, token: await accessTokens.mint(minted), issuedAt, expiresAt };
    },
  };
};
