package dev.cortado.contract;

import dev.cortado.engine.reference.ReferenceBackend;

/** The reference keeps the contract with itself: the kit's operands are valid and its tests repeatable. */
class ReferenceContractTest extends BackendContract {
    ReferenceContractTest() {
        super(new ReferenceBackend());
    }
}
