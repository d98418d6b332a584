"""We, as an app of the EHR: begin a launch, finish it, keep its tokens alive, believe its id_token."""
