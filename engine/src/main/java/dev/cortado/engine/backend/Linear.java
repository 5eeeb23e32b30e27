package dev.cortado.engine.backend;

import org.jspecify.annotations.Nullable;

/**
 * y = W x + b.
 *
 * @param weight W
 * @param bias b, length = weight.rows(), or null
 */
public record Linear(Matrix weight, @Nullable Parameter bias) {}
