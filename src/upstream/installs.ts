import type { EpochSeconds } from "../core/clock.ts";
import type { Connection } from "../core/connection.ts";
import { fail, ok } from "../core/result.ts";
import { hashToken } from "../crypto/hash.ts";
import { type ClaimRecord, claimRecord, toClaimAddress } from "./claim-record.ts";
import { toIdentityKeyOf } from "./connection-identity.ts";
import type { Connections } from "./connections.ts";
import { toName } from "./login-state.ts";
import type { Place } from "./place-index.ts";
import type { PlaceUpkeep } from "./place-upkeep.ts";
import { type ReceiveDeps, receiveInstall } from "./receive-install.ts";
import { type KeptInstall, toUnclaimed } from "./unclaimed-installs.ts";
import { CLAIM_COOKIE, type Installs, type LoginPurpose } from "./upstream.ts";

/** What {@link createInstalls} needs. */
export interface InstallDeps extends ReceiveDeps {
  readonly connections: Connections;
  readonly placeUpkeep: Pick<PlaceUpkeep, "isComplete">;
}

/** {@link Installs}, with what ends unclaimed installations from elsewhere. */
export interface InstallDesk extends Installs {
  /** Drops what a sign-in to the same location or agency has replaced. */
  supersede(connection: Connection): Promise<void>;
  /** Drops what was uninstalled at a time. */
  dropUninstalled(whom: Place, at: EpochSeconds): Promise<void>;
}

const PLAIN: LoginPurpose = { kind: "sign_in" };

type Cookies = ReadonlyMap<string, string>;

/** Makes the desk where installations wait to be claimed. */
export const createInstalls = (deps: InstallDeps): InstallDesk => {
  const { sealed, unclaimed, placeUpkeep } = deps;
  return {
    receive: (callback) => receiveInstall(deps, callback),
    find: async (cookies) => {
      const token = cookies.get(CLAIM_COOKIE);
      const stored = token && (await sealed.get(toClaimAddress(token)));
      if (!token || !stored) return undefined;
      const record = claimRecord.parse(JSON.parse(stored.value));
      const kept = await findKept(deps, record, token);
      if (kept === undefined) return undefined;
      const { name, detail, login } = record;
      return {
        ...toUnclaimed(kept),
        name,
        ...(detail === undefined ? {} : { detail }),
        purpose: login?.purpose ?? PLAIN,
      };
    },
    claim: (cookies) => claim(deps, cookies),
    leave: async (cookies) => {
      const token = cookies.get(CLAIM_COOKIE);
      if (token !== undefined) await sealed.delete(toClaimAddress(token));
    },
    list: async () => (await unclaimed.list()).map(toUnclaimed),
    supersede: async (connection) => {
      const kept = await unclaimed.find(toIdentityKeyOf(connection));
      const isOlder = kept !== undefined && kept.arrivedAt <= connection.connectedAt;
      if (isOlder) await unclaimed.drop(kept);
    },
    dropUninstalled: async (whom, at) => {
      const isComplete = await placeUpkeep.isComplete();
      for await (const kept of isComplete ? await unclaimed.findOf(whom) : unclaimed.walk()) {
        if (isAbout(whom, kept) && kept.arrivedAt <= at) await unclaimed.drop(kept);
      }
    },
  };
};

/** The installation of a claim, unless a newer one or a sign-in has taken its place. */
const findKept = async (
  { unclaimed, connections }: InstallDeps,
  record: ClaimRecord,
  token: string,
): Promise<KeptInstall | undefined> => {
  const kept = await unclaimed.find(record.installKey);
  if (kept?.claimHash !== hashToken(token)) return undefined;
  const signedIn = await connections.findOf(kept.key);
  const isReplaced = signedIn !== undefined && signedIn.connection.connectedAt > kept.arrivedAt;
  return isReplaced ? undefined : kept;
};

const claim = async (deps: InstallDeps, cookies: Cookies): ReturnType<Installs["claim"]> => {
  const { sealed, states, connections, unclaimed, clock } = deps;
  const token = cookies.get(CLAIM_COOKIE);
  // Taken before anything else: of two clicks one makes the connection, and a later one must not write
  // tokens again that were refreshed meanwhile.
  const taken = token && (await sealed.take(toClaimAddress(token)));
  if (!token || !taken) return fail("gone");
  const record = claimRecord.parse(JSON.parse(taken.value));
  const kept = await findKept(deps, record, token);
  if (kept === undefined) return fail("gone");
  const { login } = record;
  const isOpen = login !== undefined && (await states.consumePending(login.key, cookies));
  const connection = await connections.record(toAnswerOfNow(kept, clock.nowSeconds()));
  await unclaimed.drop(kept);
  return ok({
    connection,
    purpose: isOpen ? login.purpose : PLAIN,
    cookieNames: [CLAIM_COOKIE, ...(login === undefined ? [] : [toName(login.key)])],
  });
};

/** The answer with the life that its tokens have left. */
const toAnswerOfNow = ({ answer, arrivedAt }: KeptInstall, now: EpochSeconds) => ({
  ...answer,
  expires_in: Math.max(1, answer.expires_in - (now - arrivedAt)),
});

const isAbout = ({ companyId, locationId }: Place, kept: KeptInstall): boolean => {
  const install = toUnclaimed(kept);
  return locationId === undefined
    ? companyId !== undefined && install.companyId === companyId
    : install.locationId === locationId;
};
