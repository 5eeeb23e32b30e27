package dev.cortado.kernels.cpu.vector;

import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.weights.Product;
import dev.cortado.kernels.cpu.weights.ProductByEight;
import dev.cortado.kernels.cpu.weights.RowProduct;
import dev.cortado.kernels.cpu.weights.RowsByEight;
import dev.cortado.kernels.cpu.weights.RowsByFour;
import dev.cortado.kernels.cpu.weights.RowsProduct;

/** The vector kernels by type. */
public final class VectorProducts {
    private VectorProducts() {}

    /** The kernel that multiplies with one token. */
    public static Product one(TensorType type) {
        return switch (type) {
            case Q4_0 -> Q40Product::one;
            case Q4_1 -> Q41Product::one;
            case Q5_0 -> Q50Product::one;
            case Q5_1 -> Q51Product::one;
            case Q8_0 -> Q80Product::one;
            case IQ4_NL -> Iq4NlProduct::one;
            case MXFP4 -> Mxfp4Product::one;
            case Q2_K -> Q2KProduct::one;
            case Q3_K -> Q3KProduct::one;
            case Q4_K -> Q4KProduct::one;
            case Q5_K -> Q5KProduct::one;
            case Q6_K -> Q6KProduct::one;
            case IQ4_XS -> Iq4XsProduct::one;
            default -> throw new IllegalArgumentException(type + " is not interleaved");
        };
    }

    /** The kernel that multiplies with two tokens at once. */
    public static Product two(TensorType type) {
        return switch (type) {
            case Q4_0 -> Q40Product::two;
            case Q4_1 -> Q41Product::two;
            case Q5_0 -> Q50Product::two;
            case Q5_1 -> Q51Product::two;
            case Q8_0 -> Q80Product::two;
            case IQ4_NL -> Iq4NlProduct::two;
            case MXFP4 -> Mxfp4Product::two;
            case Q2_K -> Q2KProduct::two;
            case Q3_K -> Q3KProduct::two;
            case Q4_K -> Q4KProduct::two;
            case Q5_K -> Q5KProduct::two;
            case Q6_K -> Q6KProduct::two;
            case IQ4_XS -> Iq4XsProduct::two;
            default -> throw new IllegalArgumentException(type + " is not interleaved");
        };
    }

    /** The kernel that multiplies Q8_0 with eight inputs at once, the only type that has one. */
    public static ProductByEight eight() {
        return VectorTile.MANY_REGISTERS ? Q80ProductByEight::twoGroups : Q80ProductByEight::oneGroup;
    }

    /** The kernel that multiplies quantised rows as the file has them. */
    public static RowsProduct rows(TensorType type) {
        return switch (type) {
            case Q4_0 -> Q4RowsProduct::q40;
            case Q4_1 -> Q4RowsProduct::q41;
            case Q5_0 -> Q5RowsProduct::q50;
            case Q5_1 -> Q5RowsProduct::q51;
            case Q8_0 -> Q80RowsProduct::multiply;
            case IQ4_NL -> TableRowsProduct::iq4nl;
            case MXFP4 -> TableRowsProduct::mxfp4;
            case Q2_K -> Q2KRowsProduct::multiply;
            case Q3_K -> Q3KRowsProduct::multiply;
            case Q4_K -> Q4KRowsProduct::multiply;
            case Q5_K -> Q5KRowsProduct::multiply;
            case Q6_K -> Q6KRowsProduct::multiply;
            case IQ4_XS -> Iq4XsRowsProduct::multiply;
            default -> throw new IllegalArgumentException(type + " has no kernel for rows as the file has them");
        };
    }

    /** The kernel that multiplies rows of a floating-point type with one input. */
    public static RowProduct rowByOne(TensorType type) {
        return switch (type) {
            case F32 -> F32RowProduct::one;
            case F16 -> F16RowProduct::one;
            case BF16 -> Bf16RowProduct::one;
            default -> throw new IllegalArgumentException(type + " is no floating-point type");
        };
    }

    /** The kernel that multiplies rows of a floating-point type, four at once, with one input. */
    public static RowsByFour rowsByFour(TensorType type) {
        return switch (type) {
            case F32 -> new FourRows(type, F32RowProduct::four);
            case F16 -> new FourRows(type, F16RowProduct::four);
            case BF16 -> new FourRows(type, Bf16RowProduct::four);
            default -> throw new IllegalArgumentException(type + " is no floating-point type");
        };
    }

    /** The kernel that multiplies rows of a floating-point type with eight inputs at once. */
    public static RowsByEight rowsByEight(TensorType type) {
        return switch (type) {
            case F32 -> rowsByEight(type, F32RowProduct::threeByEight, F32RowProduct::oneByEight);
            case F16 -> rowsByEight(type, F16RowProduct::threeByEight, F16RowProduct::oneByEight);
            case BF16 -> rowsByEight(type, Bf16RowProduct::threeByEight, Bf16RowProduct::oneByEight);
            default -> throw new IllegalArgumentException(type + " is no floating-point type");
        };
    }

    private static RowsByEight rowsByEight(TensorType type, RowsTimesEight.Sums three, RowsTimesEight.Sums one) {
        return VectorTile.MANY_REGISTERS ? new RowsTimesEight(type, three, 3) : new RowsTimesEight(type, one, 1);
    }
}
