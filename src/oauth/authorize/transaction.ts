import { z } from "zod";
import { addSeconds, type Clock } from "../../core/clock.ts";
import { type TransactionId, toTransactionId } from "../../core/ids.ts";
import type { Random } from "../../crypto/random.ts";
import type { RecordStore } from "../../storage/record-store.ts";
import type { ConsentDecision, PendingAuthorization } from "../authorization-server.ts";
import { accessField, areasField, clientIdField, instantField } from "../record-fields.ts";
import { createRecordTable, type RecordTable } from "../record-table.ts";
import { describeRedirectUri } from "../redirect-uri.ts";
import type { SoundRequest } from "./steps.ts";

/** How long a person may take from the consent page to the end of GoHighLevel's sign-in. */
const TTL_SECONDS = 600;

const transactionSchema = z.object({
  clientId: clientIdField,
  clientName: z.string().exactOptional(),
  clientHost: z.string().exactOptional(),
  redirectUri: z.string(),
  state: z.string().exactOptional(),
  challenge: z.string(),
  resource: z.string(),
  requested: z.object({ access: accessField, areas: areasField }),
  /** What the person chose; absent while the consent page is open. */
  decision: z.object({ access: accessField, areas: areasField }).exactOptional(),
  expiresAt: instantField,
});

/** A pending authorization request as it is stored, under an id of 128 random bits. */
export type Transaction = Readonly<z.infer<typeof transactionSchema>>;

/** Opens the transactions of a store. */
export const createTransactions = (store: RecordStore): RecordTable<Transaction> =>
  createRecordTable(store, "authorization", transactionSchema);

/** Stores a sound request until a person has decided and signed in. */
export const startTransaction = async (
  deps: {
    readonly transactions: RecordTable<Transaction>;
    readonly random: Random;
    readonly clock: Clock;
  },
  request: SoundRequest,
): Promise<TransactionId> => {
  const id = toTransactionId(deps.random.id());
  const { client } = request;
  const expiresAt = addSeconds(deps.clock.nowSeconds(), TTL_SECONDS);
  const transaction: Transaction = {
    clientId: client.id,
    ...(client.name === undefined ? {} : { clientName: client.name }),
    ...(client.host === undefined ? {} : { clientHost: client.host }),
    redirectUri: request.redirectUri,
    ...(request.state === undefined ? {} : { state: request.state }),
    challenge: request.challenge,
    resource: request.resource,
    requested: request.reach,
    expiresAt,
  };
  await deps.transactions.write(id, transaction, { ifVersion: "absent", expiresAt });
  return id;
};

/** The transaction with its decision. */
export const withDecision = (transaction: Transaction, decision: ConsentDecision): Transaction => ({
  ...transaction,
  decision: { access: decision.access, areas: decision.areas },
});

/** A transaction as the consent page needs it. */
export const toPending = (id: TransactionId, transaction: Transaction): PendingAuthorization => {
  const { host, isLoopback } = describeRedirectUri(transaction.redirectUri);
  return {
    transactionId: id,
    clientId: transaction.clientId,
    ...(transaction.clientName === undefined ? {} : { clientName: transaction.clientName }),
    ...(transaction.clientHost === undefined ? {} : { clientHost: transaction.clientHost }),
    redirectUri: transaction.redirectUri,
    redirectHost: host,
    redirectIsLoopback: isLoopback,
    requestedAccess: transaction.requested.access,
    requestedAreas: transaction.requested.areas,
    status: transaction.decision === undefined ? "open" : "approved",
    expiresAt: transaction.expiresAt,
  };
};
