-- The first step of an order is told by the order itself, so that intake writes one row less an order.
ALTER TABLE "orders" ADD COLUMN "recorded_at" TIMESTAMPTZ(3);
UPDATE "orders" SET "recorded_at" = coalesce(
  (SELECT "at" FROM "order_events" WHERE "order_events"."order_id" = "orders"."id" AND "order_events"."version" = 1), "placed_at"
);
ALTER TABLE "orders" ALTER COLUMN "recorded_at" SET NOT NULL;
DELETE FROM "order_events" WHERE "version" = 1;

-- Most orders have no intent when they are recorded, and no mail that is due: those are in neither index.
DROP INDEX "orders_payment_intent_id_key";
CREATE UNIQUE INDEX "orders_payment_intent_id_key" ON "orders"("payment_intent_id") WHERE "payment_intent_id" IS NOT NULL;
DROP INDEX "orders_mail_due_at_idx";
CREATE INDEX "orders_mail_due_at_idx" ON "orders"("mail_due_at") WHERE "mail_due_at" IS NOT NULL;
DROP INDEX "orders_next_check_at_idx";
CREATE INDEX "orders_next_check_at_idx" ON "orders"("next_check_at") WHERE "next_check_at" IS NOT NULL;
