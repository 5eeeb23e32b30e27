package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.contract.BackendContract;
import org.junit.jupiter.api.AfterAll;

/** What every backend must do, with all that the device can, under validation. */
class VulkanContractTest extends BackendContract {
    VulkanContractTest() {
        super(RequiresVulkan.open(RequiresVulkan.SWITCHES));
    }

    @AfterAll
    void the_validation_layer_was_silent() {
        assertThat(((VulkanBackend) backend()).gpu().device().instance().messages())
                .isEmpty();
    }
}
