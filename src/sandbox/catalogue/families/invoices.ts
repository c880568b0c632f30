import { type JsonObject, numberOf, textOf } from "../../gate/fields.ts";
import { type Outcome, refuse } from "../../gate/outcome.ts";
import { daysBefore, REFERENCE_DATE } from "../../seed/reference-date.ts";
import { answerRecord, sentFields } from "../answer-call.ts";
import type { Behaviour, Family, FamilyCall, SeedContext } from "../family.ts";
import type { StoredRecord } from "../record-store.ts";
import { contactAt, contactName, times } from "./seed-people.ts";
import { toTotals } from "./totals.ts";

const INVOICES = "/invoices";
const ESTIMATES = "/invoices/estimate";

/** What a bill says about money, worked out from its items. */
const toMoney = (fields: JsonObject, amountPaid: number): JsonObject => {
  const { total, ...summary } = toTotals(fields);
  return {
    total,
    amountPaid,
    amountDue: Math.max(0, Math.round((total - amountPaid) * 100) / 100),
    totalSummary: summary,
    invoiceItems: fields["items"] ?? [],
  };
};

const nextNumber = (call: FamilyCall, path: string): number =>
  call
    .collection(path)
    .list()
    .reduce((highest, { fields }) => Math.max(highest, Number(fields["invoiceNumber"] ?? 0)), 0) +
  1;

const addInvoice = (call: FamilyCall, fields: JsonObject, status: string): StoredRecord =>
  call.collection(INVOICES).put(call.newId(), {
    invoiceNumber: nextNumber(call, INVOICES),
    ...fields,
    ...toMoney(fields, 0),
    status,
    createdAt: call.now,
    updatedAt: call.now,
  });

const createInvoice: Behaviour = (call) =>
  answerRecord(call, addInvoice(call, sentFields(call), "draft"));

const textToPay: Behaviour = (call) => {
  const status = sentFields(call)["action"] === "send" ? "sent" : "draft";
  return answerRecord(call, addInvoice(call, sentFields(call), status));
};

/** Goes on with a stored bill. */
const withBill = (
  call: FamilyCall,
  path: string,
  use: (bill: StoredRecord) => Outcome,
): Outcome => {
  const bill = call.collection(path).find(call.recordId ?? "");
  return bill === undefined
    ? refuse(
        404,
        `${path === INVOICES ? "Invoice" : "Estimate"} with id ${call.recordId ?? ""} not found`,
      )
    : use(bill);
};

/** Lays fields over a stored bill, and answers with it. */
const changer =
  (call: FamilyCall, path: string) =>
  (bill: StoredRecord, fields: JsonObject): Outcome =>
    answerRecord(call, call.collection(path).put(bill.id, { ...fields, updatedAt: call.now }));

/** A PUT replaces everything that was sent before (gohighlevel.md §4.10). */
const updateBill =
  (path: string): Behaviour =>
  (call) =>
    withBill(call, path, (bill) => {
      if (bill.fields["status"] === "void") return refuse(400, "Invoice is void");
      const fields = sentFields(call);
      return changer(call, path)(bill, {
        ...fields,
        ...toMoney(fields, numberOf(bill.fields["amountPaid"], 0)),
      });
    });

const sendBill =
  (path: string): Behaviour =>
  (call) =>
    withBill(call, path, (bill) => {
      const { status } = bill.fields;
      if (status === "void" || status === "paid") {
        return refuse(400, `Invoice cannot be sent as it is ${textOf(status)}`);
      }
      return changer(call, path)(bill, { status: status === "draft" ? "sent" : status });
    });

const voidInvoice: Behaviour = (call) =>
  withBill(call, INVOICES, (bill) =>
    bill.fields["status"] === "paid"
      ? refuse(400, "Invoice cannot be voided as it is paid")
      : changer(call, INVOICES)(bill, { status: "void", amountDue: 0 }),
  );

/** Records a payment of the amount that is named, or of all that is due. */
const recordPayment: Behaviour = (call) =>
  withBill(call, INVOICES, (bill) => {
    const due = numberOf(bill.fields["amountDue"], 0);
    const amount = numberOf(sentFields(call)["amount"], due);
    if (bill.fields["status"] === "void") return refuse(400, "Invoice is void");
    if (amount <= 0 || amount > due) {
      return refuse(400, `Amount must be more than 0 and at most the ${due} that is due`);
    }
    const amountPaid = numberOf(bill.fields["amountPaid"], 0) + amount;
    return changer(call, INVOICES)(bill, {
      ...toMoney(bill.fields, amountPaid),
      status: amount === due ? "paid" : "partially_paid",
    });
  });

const createEstimate: Behaviour = (call) => {
  const fields = sentFields(call);
  const money = toMoney(fields, 0);
  return answerRecord(
    call,
    call
      .collection()
      .put(call.newId(), { ...fields, ...money, estimateStatus: "draft", createdAt: call.now }),
  );
};

const invoiceFromEstimate: Behaviour = (call) =>
  withBill(call, ESTIMATES, ({ id, fields }) => {
    if (sentFields(call)["markAsInvoiced"] === true) {
      call.collection(ESTIMATES).put(id, { estimateStatus: "invoiced" });
    }
    return answerRecord(call, addInvoice(call, { ...fields, estimateId: id }, "draft"));
  });

const STATUSES = ["paid", "sent", "draft", "partially_paid", "sent", "void"];

const seedInvoices = (context: SeedContext): readonly JsonObject[] =>
  times(12, (index) => {
    const contact = contactAt(context, index);
    const status = STATUSES[index % STATUSES.length] ?? "draft";
    const fields = {
      items: [
        { name: "Consultation", amount: 80 + index * 15, qty: 1 + (index % 3), currency: "USD" },
      ],
      discount: { type: "percentage", value: index % 4 === 0 ? 10 : 0 },
    };
    const { total } = toTotals(fields);
    const paid = { paid: total, partially_paid: Math.round(total / 2) }[status] ?? 0;
    return {
      ...fields,
      ...toMoney(fields, paid),
      status,
      name: `Invoice ${index + 1}`,
      title: "INVOICE",
      invoiceNumber: index + 1,
      currency: "USD",
      contactId: contact?.id ?? "",
      contactDetails: {
        id: contact?.id ?? "",
        name: contactName(contact),
        email: contact?.email ?? "",
        phoneNo: contact?.phone ?? "",
      },
      issueDate: daysBefore(REFERENCE_DATE, 60 - index * 4).slice(0, 10),
      dueDate: daysBefore(REFERENCE_DATE, 46 - index * 4).slice(0, 10),
      createdAt: daysBefore(REFERENCE_DATE, 60 - index * 4),
    };
  });

/** Invoices and estimates: totals that add up, and a status that follows what is done with them. */
export const invoices: Family = {
  seeds: { [INVOICES]: seedInvoices },
  behaviours: {
    "invoices.create-invoice": createInvoice,
    "invoices.text2pay-invoice": textToPay,
    "invoices.update-invoice": updateBill(INVOICES),
    "invoices.send-invoice": sendBill(INVOICES),
    "invoices.void-invoice": voidInvoice,
    "invoices.record-invoice": recordPayment,
    "invoices.create-new-estimate": createEstimate,
    "invoices.update-estimate": updateBill(ESTIMATES),
    "invoices.send-estimate": (call) =>
      withBill(call, ESTIMATES, (bill) =>
        changer(call, ESTIMATES)(bill, { estimateStatus: "sent" }),
      ),
    "invoices.create-invoice-from-estimate": invoiceFromEstimate,
    "invoices.generate-invoice-number": (call) => ({
      kind: "answer",
      status: 200,
      body: { invoiceNumber: nextNumber(call, INVOICES) },
    }),
  },
};
