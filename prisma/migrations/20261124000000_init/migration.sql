-- CreateEnum
CREATE TYPE "order_state" AS ENUM ('ALLOCATED', 'REJECTED', 'PAYING', 'DECLINED', 'CONFIRMED', 'CANCELLED');

-- CreateTable
CREATE TABLE "categories" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "categories_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "products" (
    "code" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "details" JSONB NOT NULL,
    "position" INTEGER NOT NULL,
    "featured" BOOLEAN NOT NULL DEFAULT false,
    "category_id" TEXT NOT NULL,

    CONSTRAINT "products_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "product_options" (
    "product_code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "values" TEXT[],

    CONSTRAINT "product_options_pkey" PRIMARY KEY ("product_code","name")
);

-- CreateTable
CREATE TABLE "variants" (
    "sku" TEXT NOT NULL,
    "product_code" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "choices" JSONB NOT NULL,
    "position" INTEGER NOT NULL,
    "weight_grams" INTEGER NOT NULL,
    "offer_version" INTEGER NOT NULL,
    "withdrawn_at" TIMESTAMPTZ(3),

    CONSTRAINT "variants_pkey" PRIMARY KEY ("sku")
);

-- CreateTable
CREATE TABLE "offers" (
    "sku" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "price_minor" INTEGER NOT NULL,
    "compare_at_minor" INTEGER,
    "currency" TEXT NOT NULL,
    "limit_per_order" INTEGER NOT NULL,
    "starts_at" TIMESTAMPTZ(3),
    "ends_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "offers_pkey" PRIMARY KEY ("sku","version")
);

-- CreateTable
CREATE TABLE "images" (
    "id" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "focal_x" DOUBLE PRECISION NOT NULL,
    "focal_y" DOUBLE PRECISION NOT NULL,
    "photographer" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "license" TEXT NOT NULL,

    CONSTRAINT "images_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_images" (
    "product_code" TEXT NOT NULL,
    "image_id" TEXT NOT NULL,
    "alt" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "product_images_pkey" PRIMARY KEY ("product_code","image_id")
);

-- CreateTable
CREATE TABLE "stock" (
    "sku" TEXT NOT NULL,
    "on_hand" INTEGER NOT NULL,
    "allocated" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,

    CONSTRAINT "stock_pkey" PRIMARY KEY ("sku")
);

-- CreateTable
CREATE TABLE "stock_movements" (
    "sku" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "on_hand_delta" INTEGER NOT NULL,
    "allocated_delta" INTEGER NOT NULL,
    "dropped_reservations" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stock_movements_pkey" PRIMARY KEY ("sku","version")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" UUID NOT NULL,
    "shard" INTEGER NOT NULL,
    "reservation_id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "state" "order_state" NOT NULL,
    "version" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "reason" TEXT,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "street" TEXT NOT NULL,
    "city" TEXT NOT NULL,
    "postcode" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "delivery_method" TEXT NOT NULL,
    "subtotal_minor" INTEGER NOT NULL,
    "delivery_minor" INTEGER NOT NULL,
    "total_minor" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "payment_method" TEXT NOT NULL,
    "payment_intent_id" TEXT,
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "hold_until" TIMESTAMPTZ(3),
    "next_check_at" TIMESTAMPTZ(3),
    "checks" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_lines" (
    "order_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "sku" TEXT NOT NULL,
    "offer_version" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unit_price_minor" INTEGER NOT NULL,

    CONSTRAINT "order_lines_pkey" PRIMARY KEY ("order_id","position")
);

-- CreateTable
CREATE TABLE "order_events" (
    "order_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "state" "order_state" NOT NULL,
    "attempt" INTEGER NOT NULL,
    "reason" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "order_events_pkey" PRIMARY KEY ("order_id","version")
);

-- CreateTable
CREATE TABLE "sent_mails" (
    "order_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sent_mails_pkey" PRIMARY KEY ("order_id","kind")
);

-- CreateTable
CREATE TABLE "outbox_messages" (
    "id" BIGSERIAL NOT NULL,
    "topic" TEXT NOT NULL,
    "subject" TEXT NOT NULL,

    CONSTRAINT "outbox_messages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dead_letters" (
    "shard" INTEGER NOT NULL,
    "entry_id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "reservation_id" TEXT NOT NULL,
    "record" BYTEA NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "dead_letters_pkey" PRIMARY KEY ("shard","entry_id")
);

-- CreateTable
CREATE TABLE "core_epochs" (
    "shard" INTEGER NOT NULL,
    "epoch" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "core_epochs_pkey" PRIMARY KEY ("shard")
);

-- CreateIndex
CREATE UNIQUE INDEX "categories_slug_key" ON "categories"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "products_slug_key" ON "products"("slug");

-- CreateIndex
CREATE INDEX "products_category_id_position_idx" ON "products"("category_id", "position");

-- CreateIndex
CREATE INDEX "variants_product_code_position_idx" ON "variants"("product_code", "position");

-- CreateIndex
CREATE UNIQUE INDEX "orders_payment_intent_id_key" ON "orders"("payment_intent_id");

-- CreateIndex
CREATE INDEX "orders_next_check_at_idx" ON "orders"("next_check_at");

-- CreateIndex
CREATE INDEX "order_lines_sku_idx" ON "order_lines"("sku");

-- AddForeignKey
ALTER TABLE "products" ADD CONSTRAINT "products_category_id_fkey" FOREIGN KEY ("category_id") REFERENCES "categories"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_options" ADD CONSTRAINT "product_options_product_code_fkey" FOREIGN KEY ("product_code") REFERENCES "products"("code") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "variants" ADD CONSTRAINT "variants_product_code_fkey" FOREIGN KEY ("product_code") REFERENCES "products"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "offers" ADD CONSTRAINT "offers_sku_fkey" FOREIGN KEY ("sku") REFERENCES "variants"("sku") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_images" ADD CONSTRAINT "product_images_product_code_fkey" FOREIGN KEY ("product_code") REFERENCES "products"("code") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_images" ADD CONSTRAINT "product_images_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stock" ADD CONSTRAINT "stock_sku_fkey" FOREIGN KEY ("sku") REFERENCES "variants"("sku") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stock_movements" ADD CONSTRAINT "stock_movements_sku_fkey" FOREIGN KEY ("sku") REFERENCES "stock"("sku") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_events" ADD CONSTRAINT "order_events_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema language cannot say.

-- Never oversell.
ALTER TABLE "stock"
  ADD CONSTRAINT "stock_never_oversold" CHECK (0 <= "allocated" AND "allocated" <= "on_hand"),
  ADD CONSTRAINT "stock_version_counts" CHECK ("version" >= 0);

-- A SKU begins with its product's code: its inventory shard is read off it.
ALTER TABLE "variants"
  ADD CONSTRAINT "variants_sku_begins_with_code" CHECK ("sku" = "product_code" OR starts_with("sku", "product_code" || '-'));

ALTER TABLE "offers"
  ADD CONSTRAINT "offers_version_counts" CHECK ("version" >= 1),
  ADD CONSTRAINT "offers_price_positive" CHECK ("price_minor" > 0),
  ADD CONSTRAINT "offers_compare_at_above_price" CHECK ("compare_at_minor" IS NULL OR "compare_at_minor" > "price_minor"),
  ADD CONSTRAINT "offers_limit_positive" CHECK ("limit_per_order" > 0),
  ADD CONSTRAINT "offers_window_in_order" CHECK ("starts_at" IS NULL OR "ends_at" IS NULL OR "starts_at" < "ends_at");

-- Everything ends: an order that is not final has a time at which somebody looks at it again.
ALTER TABLE "orders"
  ADD CONSTRAINT "orders_open_are_checked" CHECK (("state" IN ('REJECTED', 'CONFIRMED', 'CANCELLED')) = ("next_check_at" IS NULL)),
  ADD CONSTRAINT "orders_total_adds_up" CHECK ("total_minor" = "subtotal_minor" + "delivery_minor" AND "total_minor" > 0),
  ADD CONSTRAINT "orders_attempt_counts" CHECK ("attempt" >= 0 AND "version" >= 1);

ALTER TABLE "order_lines"
  ADD CONSTRAINT "order_lines_quantity_positive" CHECK ("quantity" > 0),
  ADD CONSTRAINT "order_lines_price_positive" CHECK ("unit_price_minor" > 0);
