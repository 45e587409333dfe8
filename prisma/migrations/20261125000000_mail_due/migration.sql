-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "mail_due_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "orders_mail_due_at_idx" ON "orders"("mail_due_at");

-- Orders that ended before, without a note that their mail left, are told of again.
UPDATE "orders" SET "mail_due_at" = now()
WHERE "state" IN ('REJECTED', 'CONFIRMED', 'CANCELLED')
  AND NOT EXISTS (SELECT FROM "sent_mails" WHERE "sent_mails"."order_id" = "orders"."id");
