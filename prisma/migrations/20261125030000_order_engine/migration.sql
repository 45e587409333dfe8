-- Weight and the limit of a customer belong to what was agreed to, so they are versioned with the offer.
ALTER TABLE "offers" ADD COLUMN "limit_per_customer" INTEGER, ADD COLUMN "weight_grams" INTEGER;
UPDATE "offers" SET "weight_grams" = "variants"."weight_grams" FROM "variants" WHERE "variants"."sku" = "offers"."sku";
ALTER TABLE "offers" ALTER COLUMN "weight_grams" SET NOT NULL;
ALTER TABLE "variants" DROP COLUMN "weight_grams";

-- Core's copies of these offers have neither: every offer is put anew.
INSERT INTO "outbox_messages" ("topic", "subject") SELECT 'offer.changed', "sku" FROM "variants";

-- CreateTable
CREATE TABLE "discount_codes" (
    "code" TEXT NOT NULL,
    "version" INTEGER NOT NULL,

    CONSTRAINT "discount_codes_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "discount_code_versions" (
    "code" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "value" INTEGER NOT NULL,
    "minimum_minor" INTEGER NOT NULL,
    "max_uses" INTEGER,
    "max_uses_per_customer" INTEGER,
    "starts_at" TIMESTAMPTZ(3),
    "ends_at" TIMESTAMPTZ(3),
    "skus" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "discount_code_versions_pkey" PRIMARY KEY ("code","version")
);

-- CreateTable
CREATE TABLE "allowances" (
    "key" TEXT NOT NULL,
    "used" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,

    CONSTRAINT "allowances_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "allowance_movements" (
    "key" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "used_delta" INTEGER NOT NULL,
    "dropped_reservations" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "allowance_movements_pkey" PRIMARY KEY ("key","version")
);

-- Orders of before had neither codes nor tax of their own. Prices contained it.
ALTER TABLE "orders"
  ADD COLUMN "code" TEXT,
  ADD COLUMN "code_version" INTEGER,
  ADD COLUMN "discount_minor" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "tax_minor" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "tax_mode" TEXT NOT NULL DEFAULT 'included',
  ADD COLUMN "action_url" TEXT,
  ADD COLUMN "captured_minor" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "refunded_minor" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "cancel_reason" TEXT,
  ADD COLUMN "trouble" TEXT;
ALTER TABLE "orders"
  ALTER COLUMN "discount_minor" DROP DEFAULT,
  ALTER COLUMN "tax_minor" DROP DEFAULT,
  ALTER COLUMN "tax_mode" DROP DEFAULT;
UPDATE "orders" SET "captured_minor" = "total_minor" WHERE "state" = 'CONFIRMED';
-- Nobody may hold stock for ever: see UNPAID_HOLD_SECONDS in domain/order-state.ts.
UPDATE "orders" SET "hold_until" = "placed_at" + interval '2 hours' WHERE "state" IN ('ALLOCATED', 'PAYING') AND "hold_until" IS NULL;

ALTER TABLE "order_lines"
  ADD COLUMN "discount_minor" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "weight_grams" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "shipped" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "dropped" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "returned" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "order_lines" ALTER COLUMN "discount_minor" DROP DEFAULT, ALTER COLUMN "weight_grams" DROP DEFAULT;

ALTER TABLE "order_events" ADD COLUMN "kind" TEXT NOT NULL DEFAULT 'state', ADD COLUMN "detail" JSONB;

-- CreateTable
CREATE TABLE "shipments" (
    "id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "carrier" TEXT NOT NULL,
    "tracking" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "shipments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "shipment_lines" (
    "shipment_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "quantity" INTEGER NOT NULL,

    CONSTRAINT "shipment_lines_pkey" PRIMARY KEY ("shipment_id","position")
);

-- CreateEnum
CREATE TYPE "refund_state" AS ENUM ('PENDING', 'SUCCEEDED', 'FAILED');

-- CreateTable
CREATE TABLE "refunds" (
    "id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "amount_minor" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "state" "refund_state" NOT NULL,
    "gateway_refund_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),
    "next_check_at" TIMESTAMPTZ(3),
    "checks" INTEGER NOT NULL DEFAULT 0,
    "trouble" TEXT,

    CONSTRAINT "refunds_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refund_lines" (
    "refund_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "quantity" INTEGER NOT NULL,
    "restocked" BOOLEAN NOT NULL,

    CONSTRAINT "refund_lines_pkey" PRIMARY KEY ("refund_id","position")
);

-- CreateTable
CREATE TABLE "lost_orders" (
    "order_id" UUID NOT NULL,
    "shard" INTEGER NOT NULL,
    "acknowledged_at" TIMESTAMPTZ(3) NOT NULL,
    "noticed_at" TIMESTAMPTZ(3) NOT NULL,
    "found_at" TIMESTAMPTZ(3),

    CONSTRAINT "lost_orders_pkey" PRIMARY KEY ("order_id")
);

ALTER TABLE "dead_letters" ADD COLUMN "resolution" TEXT;

-- CreateIndex
CREATE INDEX "shipments_order_id_idx" ON "shipments"("order_id");

-- CreateIndex
CREATE UNIQUE INDEX "refunds_gateway_refund_id_key" ON "refunds"("gateway_refund_id");

-- CreateIndex
CREATE INDEX "refunds_order_id_idx" ON "refunds"("order_id");

-- CreateIndex
CREATE INDEX "refunds_next_check_at_idx" ON "refunds"("next_check_at");

-- AddForeignKey
ALTER TABLE "discount_code_versions" ADD CONSTRAINT "discount_code_versions_code_fkey" FOREIGN KEY ("code") REFERENCES "discount_codes"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "allowance_movements" ADD CONSTRAINT "allowance_movements_key_fkey" FOREIGN KEY ("key") REFERENCES "allowances"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shipments" ADD CONSTRAINT "shipments_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shipment_lines" ADD CONSTRAINT "shipment_lines_shipment_id_fkey" FOREIGN KEY ("shipment_id") REFERENCES "shipments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refund_lines" ADD CONSTRAINT "refund_lines_refund_id_fkey" FOREIGN KEY ("refund_id") REFERENCES "refunds"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema language cannot say.

ALTER TABLE "offers"
  ADD CONSTRAINT "offers_weight_counts" CHECK ("weight_grams" >= 0),
  ADD CONSTRAINT "offers_customer_limit_positive" CHECK ("limit_per_customer" > 0);

ALTER TABLE "discount_code_versions"
  ADD CONSTRAINT "discount_codes_kind_known" CHECK (
    CASE "kind"
      WHEN 'percentage' THEN "value" BETWEEN 1 AND 10000
      WHEN 'amount' THEN "value" > 0
      WHEN 'free-delivery' THEN "value" = 0
      ELSE false
    END
  ),
  ADD CONSTRAINT "discount_codes_limits_positive" CHECK ("minimum_minor" >= 0 AND "max_uses" > 0 AND "max_uses_per_customer" > 0),
  ADD CONSTRAINT "discount_codes_window_in_order" CHECK ("starts_at" IS NULL OR "ends_at" IS NULL OR "starts_at" < "ends_at");

-- How much is allowed is guarded by intake, which knows the version that the order names.
ALTER TABLE "allowances" ADD CONSTRAINT "allowances_used_counts" CHECK ("used" >= 0 AND "version" >= 0);

-- Everything ends: an order that is not final has a time at which somebody looks at it again.
ALTER TABLE "orders"
  DROP CONSTRAINT "orders_open_are_checked",
  DROP CONSTRAINT "orders_total_adds_up",
  ADD CONSTRAINT "orders_open_are_checked" CHECK (
    ("state" IN ('REJECTED', 'CONFIRMED', 'FULFILLED', 'REFUNDED', 'CANCELLED')) = ("next_check_at" IS NULL)
  ),
  ADD CONSTRAINT "orders_total_adds_up" CHECK (
    "total_minor" = "subtotal_minor" - "discount_minor" + "delivery_minor" + CASE "tax_mode" WHEN 'added' THEN "tax_minor" ELSE 0 END
    AND "total_minor" >= 0 AND "discount_minor" BETWEEN 0 AND "subtotal_minor" AND "tax_minor" >= 0
  ),
  ADD CONSTRAINT "orders_tax_mode_known" CHECK ("tax_mode" IN ('included', 'added')),
  ADD CONSTRAINT "orders_code_has_version" CHECK (("code" IS NULL) = ("code_version" IS NULL)),
  -- Never more goes back than came in, and nothing comes in twice.
  ADD CONSTRAINT "orders_refunds_within_capture" CHECK (0 <= "refunded_minor" AND "refunded_minor" <= "captured_minor" AND "captured_minor" <= "total_minor");

ALTER TABLE "order_lines"
  ADD CONSTRAINT "order_lines_discount_within_price" CHECK ("discount_minor" BETWEEN 0 AND "quantity" * "unit_price_minor"),
  ADD CONSTRAINT "order_lines_weight_counts" CHECK ("weight_grams" >= 0),
  -- Each unit is on its way to the shopper once at most.
  ADD CONSTRAINT "order_lines_units_add_up" CHECK (
    "shipped" >= 0 AND "dropped" >= 0 AND "shipped" + "dropped" <= "quantity" AND "returned" BETWEEN 0 AND "shipped"
  );

ALTER TABLE "shipment_lines" ADD CONSTRAINT "shipment_lines_quantity_positive" CHECK ("quantity" > 0);
ALTER TABLE "refund_lines" ADD CONSTRAINT "refund_lines_quantity_positive" CHECK ("quantity" > 0);
ALTER TABLE "refunds"
  ADD CONSTRAINT "refunds_amount_positive" CHECK ("amount_minor" > 0),
  ADD CONSTRAINT "refunds_open_are_checked" CHECK (("state" = 'PENDING') = ("next_check_at" IS NOT NULL));
