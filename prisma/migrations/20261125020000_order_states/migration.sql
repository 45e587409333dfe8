-- AlterEnum
-- On its own, because a value that was just added cannot be used in the transaction that adds it.
ALTER TYPE "order_state" ADD VALUE 'ACTION_REQUIRED' BEFORE 'DECLINED';
ALTER TYPE "order_state" ADD VALUE 'FULFILLED' BEFORE 'CANCELLED';
ALTER TYPE "order_state" ADD VALUE 'REFUNDED' BEFORE 'CANCELLED';
