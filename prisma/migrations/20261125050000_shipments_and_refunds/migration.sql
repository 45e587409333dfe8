-- AlterTable
ALTER TABLE "shipments" ADD COLUMN "fingerprint" TEXT NOT NULL DEFAULT '', ADD COLUMN "mail_due_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "refunds" ADD COLUMN "fingerprint" TEXT NOT NULL DEFAULT '', ADD COLUMN "mail_due_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "shipments_mail_due_at_idx" ON "shipments"("mail_due_at");

-- CreateIndex
CREATE INDEX "refunds_mail_due_at_idx" ON "refunds"("mail_due_at");

-- What Prisma's schema language cannot say.

-- Units whose money is back already are let go with a refund of nothing, which no gateway is asked for.
ALTER TABLE "refunds"
  DROP CONSTRAINT "refunds_amount_positive",
  ADD CONSTRAINT "refunds_amount_counts" CHECK ("amount_minor" > 0 OR ("amount_minor" = 0 AND "state" = 'SUCCEEDED'));
