-- A record whose total is not what its lines cost is never charged, but once a person has rejected it, it is an order that says so.
ALTER TABLE "orders"
  DROP CONSTRAINT "orders_total_adds_up",
  ADD CONSTRAINT "orders_total_adds_up" CHECK (
    "total_minor" >= 0 AND "tax_minor" >= 0 AND (
      "state" = 'REJECTED' OR (
        "total_minor" = "subtotal_minor" - "discount_minor" + "delivery_minor" + CASE "tax_mode" WHEN 'added' THEN "tax_minor" ELSE 0 END
        AND "discount_minor" BETWEEN 0 AND "subtotal_minor"
      )
    )
  );

-- CreateIndex
CREATE INDEX "dead_letters_order_id_idx" ON "dead_letters"("order_id");
