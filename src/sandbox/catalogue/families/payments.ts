import { type JsonObject, textOf } from "../../gate/fields.ts";
import { answer, type Outcome, refuse } from "../../gate/outcome.ts";
import { daysBefore, REFERENCE_DATE } from "../../seed/reference-date.ts";
import { answerRecord, sentFields } from "../answer-call.ts";
import type { Behaviour, Family, FamilyCall, SeedContext } from "../family.ts";
import type { StoredRecord } from "../record-store.ts";
import { contactAt, contactName, seedIdAt, times } from "./seed-people.ts";

const ORDERS = "/payments/orders";
const COUPONS = "/payments/coupon";

const toBuyer = (context: SeedContext, index: number): JsonObject => {
  const contact = contactAt(context, index);
  return {
    contactId: contact?.id ?? "",
    contactName: contactName(contact),
    contactEmail: contact?.email ?? "",
    currency: "USD",
    altType: "location",
    altId: context.locationId ?? "",
    createdAt: daysBefore(REFERENCE_DATE, index * 5 + 2),
  };
};

const toAmount = (index: number): number => 40 + index * 25;

const seedOrders = (context: SeedContext): readonly JsonObject[] =>
  times(14, (index) => ({
    ...toBuyer(context, index),
    amount: toAmount(index),
    status: index % 4 === 3 ? "pending" : "completed",
    paymentStatus: index % 4 === 3 ? "unpaid" : "paid",
    fulfillmentStatus: index % 2 === 0 ? "fulfilled" : "unfulfilled",
    sourceType: "funnel",
    totalProducts: 1,
    liveMode: true,
  }));

const seedTransactions = (context: SeedContext): readonly JsonObject[] =>
  times(14, (index) => ({
    ...toBuyer(context, index),
    amount: toAmount(index),
    status: index % 4 === 3 ? "failed" : "succeeded",
    entityType: "order",
    entityId: seedIdAt(context, ORDERS, index),
    liveMode: true,
  }));

const seedSubscriptions = (context: SeedContext): readonly JsonObject[] =>
  times(5, (index) => ({
    ...toBuyer(context, index + 20),
    amount: 49,
    status: index === 4 ? "canceled" : "active",
    entityType: "order",
    liveMode: true,
  }));

/** A coupon is named by its id, in the query or in the body. */
const withCoupon = (call: FamilyCall, use: (coupon: StoredRecord) => Outcome): Outcome => {
  const id = textOf(call.query["id"] ?? sentFields(call)["id"]);
  const coupon = call.collection(COUPONS).find(id);
  return coupon === undefined ? refuse(404, `Coupon with id ${id} not found`) : use(coupon);
};

const createCoupon: Behaviour = (call) => {
  const fields = sentFields(call);
  const coupons = call.collection(COUPONS);
  if (coupons.list().some((coupon) => coupon.fields["code"] === fields["code"])) {
    return refuse(400, "Coupon code already exists");
  }
  const added = { ...fields, status: "active", usageCount: 0, createdAt: call.now };
  return answerRecord(call, coupons.put(call.newId(), added));
};

const recordPayment: Behaviour = (call) => {
  const orders = call.collection(ORDERS);
  const order = orders.find(call.recordId ?? "");
  if (order === undefined) return refuse(404, `Order with id ${call.recordId ?? ""} not found`);
  orders.put(order.id, { status: "completed", paymentStatus: "paid" });
  return answer(call.answer.status, { success: true });
};

/** Orders, transactions and subscriptions of the sample contacts; coupons that can be kept. */
export const payments: Family = {
  seeds: {
    [ORDERS]: seedOrders,
    "/payments/transactions": seedTransactions,
    "/payments/subscriptions": seedSubscriptions,
    [COUPONS]: () => [
      { name: "Spring", code: "SPRING10", discountType: "percentage", discountValue: 10 },
    ],
  },
  behaviours: {
    "payments.create-coupon": createCoupon,
    "payments.get-coupon": (call) => withCoupon(call, (coupon) => answerRecord(call, coupon)),
    "payments.update-coupon": (call) =>
      withCoupon(call, ({ id }) =>
        answerRecord(call, call.collection(COUPONS).put(id, sentFields(call))),
      ),
    "payments.delete-coupon": (call) =>
      withCoupon(call, ({ id }) => {
        call.collection(COUPONS).delete(id);
        return answer(call.answer.status, { success: true, traceId: call.traceId() });
      }),
    "payments.record-order-payment": recordPayment,
  },
};
