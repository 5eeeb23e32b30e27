package dev.cortado.kernels.vulkan;

import org.lwjgl.vulkan.KHRCooperativeMatrix;

/**
 * A product that a device's matrix units make: [m x k] of one component type times [k x n] of another, added to [m x
 * n]. Component types and scope are Vulkan's numbers.
 *
 * @param m rows of the left matrix
 * @param n columns of the right one
 * @param k columns of the left one
 * @param left its components
 * @param right those of the right one
 * @param sum those of what is added
 * @param result those of the result
 * @param scope which invocations make it together
 */
record MatrixShape(int m, int n, int k, int left, int right, int sum, int result, int scope) {
    private static final int SIDE = 16;

    /** Whether it is what matmul_matrix.comp is written for: 16 x 16 x 16, float16 into float32, by a subgroup. */
    boolean suits() {
        return m == SIDE
                && n == SIDE
                && k == SIDE
                && left == KHRCooperativeMatrix.VK_COMPONENT_TYPE_FLOAT16_KHR
                && right == KHRCooperativeMatrix.VK_COMPONENT_TYPE_FLOAT16_KHR
                && sum == KHRCooperativeMatrix.VK_COMPONENT_TYPE_FLOAT32_KHR
                && result == KHRCooperativeMatrix.VK_COMPONENT_TYPE_FLOAT32_KHR
                && scope == KHRCooperativeMatrix.VK_SCOPE_SUBGROUP_KHR;
    }
}
